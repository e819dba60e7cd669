import { defined } from '../../domain/defined.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import { isQueryLevel } from '../../domain/run/run-kind.ts';
import { configurationFromProto } from '../../shared/contracts/configuration-codec.ts';
import { pricesFromProto } from '../../shared/contracts/prices-codec.ts';
import { readRun } from '../../shared/runs/read-run.ts';
import { createRunRecord } from '../../shared/runs/run-record.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { endpointsOfModel } from '../runs/endpoints-of-model.ts';
import { findRun } from '../runs/find-run.ts';
import type { FoundWorkflow } from './evaluation-file.ts';

/** The best workflow of a run, finished or not, and what it was executed with. @throws CliError */
export async function readFoundWorkflow(
  cluster: ReachedCluster,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<FoundWorkflow> {
  const { runId } = await findRun(cluster, wanted, signal);
  const { manifest } = await cluster.client.getRun(runId, signal);
  const record = await readRun(cluster, createRunRecord(runId), signal);
  if (isQueryLevel(record.state().configuration)) {
    throw new CliError(
      'bad-input',
      `run ${runId} has a workflow for each query, not one to evaluate; its score is already that of its whole split`,
    );
  }
  const workflow = bestOf(record.state())?.workflow;
  if (workflow === undefined || manifest?.configuration === undefined) {
    throw new CliError('bad-input', `run ${runId} has no scored workflow yet`);
  }
  const configuration = configurationFromProto(manifest.configuration);
  const endpoints = endpointsOfModel(manifest, configuration.executor.model);
  const { cache, limits } = manifest;
  const prices = manifest.prices && pricesFromProto(manifest.prices);
  const own = { endpoints, ...defined({ cache, limits, prices }) };
  return { kind: 'run', runId, workflow, configuration, ...own };
}
