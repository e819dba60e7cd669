import { expect, onTestFinished, test } from 'vitest';
import type { ReachedCluster } from '../../../../services/cli/cluster/reach-cluster.ts';
import { readFoundWorkflow } from '../../../../services/cli/eval/read-found-workflow.ts';
import { configurationToProto } from '../../../../services/shared/contracts/configuration-codec.ts';
import { connectControl } from '../../../../services/shared/control-client/control-client.ts';
import { startFakeControlServer } from '../../../support/fake-control-server.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

const configuration = madeUpConfiguration({ queryCount: 12, search: { maxRounds: 2 } });
const { log } = continueRun(madeUpWorld(), configuration);
const endpoints = ['executor', 'optimizer'].map((model) => ({ model, baseUrl: 'cluster:' }));

/** Its answers say that a simulated model gave them, as those of a cluster's own endpoint may. */
async function foundIn(simulated: boolean) {
  const manifest = { configuration: configurationToProto(configuration), endpoints, simulated };
  const server = await startFakeControlServer({ runId: 'r1', script: [...log], manifest: manifest as never });
  onTestFinished(() => server.stop());
  const client = connectControl(server.address, { deadlineMs: 5_000 });
  onTestFinished(() => client.close());
  return readFoundWorkflow({ client } as unknown as ReachedCluster, 'r1', new AbortController().signal);
}

test('a workflow is evaluated where its run was executed, also if a simulated model answers there', async () => {
  expect((await foundIn(false)).endpoints).toMatchObject([{ model: 'executor', baseUrl: 'cluster:' }]);
});

test('the simulated model of this machine is none of its endpoints, since it is elsewhere the next time', async () => {
  expect((await foundIn(true)).endpoints).toEqual([]);
});
