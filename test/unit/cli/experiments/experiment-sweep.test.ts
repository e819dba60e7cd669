import { describe, expect, test } from 'vitest';
import { createExperimentSweep } from '../../../../services/cli/experiments/experiment-sweep.ts';
import { labelsOfSubject, type RunSubject } from '../../../../services/cli/experiments/run-subject.ts';
import { configurationToProto } from '../../../../services/shared/contracts/configuration-codec.ts';
import { Benchmark } from '../../../../services/shared/contracts/generated/scale/v1/benchmark.ts';
import {
  GetSweepResponse,
  RunStatus,
  StartRunRequest,
  type StartSweepRequest,
  StartSweepResponse,
} from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { runIdOf } from '../../../../services/shared/contracts/run-id.ts';
import type { ControlClient } from '../../../../services/shared/control-client/control-client.ts';
import { madeUpConfiguration } from '../../domain/search/made-up-world.ts';

interface Cell {
  readonly runId: string;
  readonly state: string;
  readonly why?: string;
  /** The cluster knows the run. Default: once it is running. */
  readonly isKnown?: boolean;
}

/** A cluster that does with a sweep's cells what the test says, by the labels of their variants. */
function fakeCluster(cellOf: (variant: string) => Cell | undefined, status = 'running') {
  const asked: StartSweepRequest[] = [];
  const calls: string[] = [];
  const client = {
    keepBenchmark: async () => calls.push('keepBenchmark'),
    startSweep: async (request: StartSweepRequest) => {
      asked.push(request);
      return StartSweepResponse.fromPartial({ sweepId: 'sweep-1', continued: asked.length > 1 });
    },
    getSweep: async () =>
      GetSweepResponse.fromPartial({
        summary: { status, endedAtMs: 1 },
        cells: asked.at(-1)?.cells.map(({ labels }) => {
          const { runId, state, why, isKnown } = cellOf(labels.find(({ axis }) => axis === 'variant')?.value ?? '') ?? {
            state: 'waiting',
          };
          const outcome = why === undefined ? undefined : { status: state, why };
          const run = (isKnown ?? state === 'running') ? { runId } : undefined;
          return {
            cell: { labels },
            state,
            ...(runId !== undefined && { runId }),
            ...(outcome && { outcome }),
            ...(run && { run }),
          };
        }) as never,
      }),
    resumeSweep: async () => calls.push('resumeSweep'),
    pauseSweep: async () => calls.push('pauseSweep'),
  };
  return { asked, calls, cluster: { kind: 'own' as const, client: client as unknown as ControlClient } };
}

function subject(what: string): RunSubject {
  return { part: 'search', benchmark: 'sums', what, seed: 1 };
}

const signal = new AbortController().signal;
const settings = { name: 'experiment methods', baseHash: 'ab', atOnce: 3 };

function cell(what: string, seed: number, hasEnded = false) {
  const configuration = configurationToProto(madeUpConfiguration({ seed }));
  return {
    subject: subject(what),
    message: StartRunRequest.fromPartial({ configuration, benchmark: Benchmark.fromPartial({}) }),
    hasEnded,
  };
}

describe('the sweep of an experiment', () => {
  test('tells cells that are added together in one call, and names all that there are in each', async () => {
    const { asked, calls, cluster } = fakeCluster((variant) => ({ runId: `run of ${variant}`, state: 'running' }));
    const sweep = createExperimentSweep(cluster, settings);
    const started = await Promise.all([sweep.start(cell('aflow', 1), signal), sweep.start(cell('scale', 2), signal)]);
    // Which run it came to be is for the cluster to say.
    expect(started).toMatchObject([{ runId: 'run of aflow', status: RunStatus.RUNNING }, { runId: 'run of scale' }]);
    await sweep.start({ ...cell('aflow', 3), subject: { ...subject('aflow'), part: 'test' } }, signal);
    expect(asked.map(({ cells }) => cells.map(({ labels }) => labels[1]?.value))).toEqual([
      ['aflow', 'scale'],
      ['aflow', 'scale', 'aflow (test)'],
    ]);
    expect(asked[0]).toMatchObject({ ...{ name: 'experiment methods', baseHash: 'ab' }, settings: { atOnce: 3 } });
    expect(asked[0]?.cells[0]).toMatchObject({ labels: labelsOfSubject(subject('aflow')) });
    expect(asked[0]?.cells[0]?.start?.benchmark).toBeUndefined();
    expect(calls).toEqual(['keepBenchmark']);
    await sweep.settle(signal);
    await sweep.hold(signal);
    expect(calls).toEqual(['keepBenchmark', 'pauseSweep']);
  });

  test('waits for a run that the log of the sweep names before the cluster knows it', async () => {
    let looks = 0;
    const { cluster } = fakeCluster(() => {
      looks += 1;
      return { runId: 'run-1', state: 'running', isKnown: looks > 2 };
    });
    const started = await createExperimentSweep(cluster, settings).start(cell('aflow', 1), signal);
    expect(started).toMatchObject({ runId: 'run-1', status: RunStatus.RUNNING });
    expect(looks).toBe(3);
  });

  test('has one cell for two subjects that come to the same run', async () => {
    const { asked, cluster } = fakeCluster((variant) => ({ runId: `run of ${variant}`, state: 'completed' }));
    const sweep = createExperimentSweep(cluster, settings);
    const started = await Promise.all([sweep.start(cell('default', 1), signal), sweep.start(cell('race', 1), signal)]);
    expect(started.map(({ runId }) => runId)).toEqual(['run of default', 'run of default']);
    expect(asked[0]?.cells).toHaveLength(1);
  });

  test('does not wait for the turn of a run that has its result', async () => {
    const { cluster } = fakeCluster(() => undefined);
    const { message } = cell('aflow', 1);
    const started = await createExperimentSweep(cluster, settings).start(cell('aflow', 1, true), signal);
    expect(started).toMatchObject({ status: RunStatus.COMPLETED, continued: true });
    expect(message.configuration && started.runId).toBe(runIdOf(madeUpConfiguration({ seed: 1 })));
  });

  test('says why a run could not begin', async () => {
    const { cluster } = fakeCluster(() => ({ runId: 'run-1', state: 'failed', why: 'its benchmark is gone' }));
    const starting = createExperimentSweep(cluster, settings).start(cell('aflow', 1), signal);
    await expect(starting).rejects.toThrow(
      'search sums, aflow, seed 1 (run run-1) has no result, so the experiment has none: its benchmark is gone',
    );
  });

  test('resumes a sweep that was paused, and waits no longer than its signal', async () => {
    const { calls, cluster } = fakeCluster(() => undefined, 'paused');
    const stopping = new AbortController();
    const starting = createExperimentSweep(cluster, settings).start(cell('aflow', 1), stopping.signal);
    setTimeout(() => stopping.abort(new Error('enough')), 100);
    await expect(starting).rejects.toThrow('enough');
    expect(calls).toContain('resumeSweep');
  });
});
