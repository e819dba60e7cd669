import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScaledTarget } from '../../../../services/coordinator/scaler/scaled-target.ts';
import { type RunInHand, type Surroundings, wantedReplicas } from '../../../../services/coordinator/scaler/wanted-replicas.ts';
import { configurationToProto } from '../../../../services/shared/contracts/configuration-codec.ts';
import { type Endpoint, RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { WorkerReport } from '../../../../services/shared/contracts/generated/scale/v1/job.ts';
import { configuration } from '../../../simulation/made-up-work.ts';

const none = { queued: 0, inProgress: 0 };
const executor: ScaledTarget = { role: 'executor', perReplica: 32 };
const around: Surroundings = { maxInFlight: 10_000, serversOf: () => undefined, workers: [] };

function endpoint(model: string, baseUrl: string, maxConcurrency: number): Endpoint {
  return { model, baseUrl, apiKeyVariable: '', maxConcurrency, timeoutMs: 0 };
}

interface Described {
  readonly execute?: Partial<typeof none>;
  readonly propose?: Partial<typeof none>;
  readonly status?: RunStatus;
  readonly endpoints?: Endpoint[];
  readonly maxInFlight?: number;
}

/** Of a run whose executor is the model "large", and whose optimizer is "small". */
function run({ execute, propose, status = RunStatus.RUNNING, endpoints, maxInFlight = 0 }: Described): RunInHand {
  const settings = configurationToProto(configuration(1));
  const model = (name: string, of: typeof settings.executor) => of && { ...of, model: name };
  return {
    manifest: {
      runId: 'r1',
      ...{ status, maxInFlight },
      configuration: { ...settings, executor: model('large', settings.executor), optimizer: model('small', settings.optimizer) },
      endpoints: endpoints ?? [endpoint('large', 'http://gpu/v1', 100_000), endpoint('small', 'http://gpu/v1', 100_000)],
    },
    jobs: { execute: { ...none, ...execute }, predict: none, propose: { ...none, ...propose } },
  };
}

const replicas = (target: ScaledTarget, runs: readonly RunInHand[], here = around) => wantedReplicas(target, runs, here).replicas;

describe('executors', () => {
  test('are as many as hold the jobs that are outstanding, in progress or not, of all runs', () => {
    expect(replicas(executor, [run({ execute: { queued: 64 } })])).toBe(2);
    expect(replicas(executor, [run({ execute: { queued: 64, inProgress: 1 } })])).toBe(3);
    // What is pending alone would scale down those that are working.
    expect(replicas(executor, [run({ execute: { inProgress: 64 } })])).toBe(2);
    expect(replicas(executor, [run({ execute: { queued: 20 } }), run({ execute: { queued: 13 } })])).toBe(2);
  });

  test('are none between sweeps, and the least there are while a run goes on without jobs for them', () => {
    expect(wantedReplicas(executor, [], around)).toEqual({ replicas: 0, active: false });
    expect(wantedReplicas(executor, [run({ propose: { queued: 1 } })], around)).toEqual({ replicas: 0, active: true });
  });

  test('finish what they have of a paused run, and get nothing else for it', () => {
    const paused = { status: RunStatus.PAUSED, execute: { queued: 320, inProgress: 40 } };
    expect(wantedReplicas(executor, [run(paused)], around)).toEqual({ replicas: 2, active: true });
    const idle = { ...paused, execute: { queued: 320 } };
    expect(wantedReplicas(executor, [run(idle)], around)).toEqual({ replicas: 0, active: false });
  });

  test('are no more than a run may have jobs in flight', () => {
    expect(replicas(executor, [run({ execute: { queued: 5_000 }, maxInFlight: 64 })])).toBe(2);
    expect(replicas(executor, [run({ execute: { queued: 5_000 } })], { ...around, maxInFlight: 256 })).toBe(8);
  });
});

describe('what the endpoints can serve', () => {
  const busy = { queued: 1_000 };
  const of = (...endpoints: Endpoint[]) => run({ execute: busy, endpoints });

  test('caps executors, by the limits of all servers of their model', () => {
    expect(replicas(executor, [of(endpoint('large', 'http://a/v1', 64))])).toBe(2);
    expect(replicas(executor, [of(endpoint('large', 'http://a/v1', 64), endpoint('large', 'http://b/v1', 32))])).toBe(3);
    // The default limit, and a server of another model.
    expect(replicas(executor, [of(endpoint('large', 'http://a/v1', 0), endpoint('small', 'http://b/v1', 500))])).toBe(1);
  });

  test('is counted once for runs that share a server, by the highest limit', () => {
    const runs = [of(endpoint('large', 'http://a/v1', 64)), of(endpoint('large', 'http://a/v1', 96))];
    expect(replicas(executor, runs)).toBe(3);
    expect(replicas(executor, [...runs, of(endpoint('large', 'http://b/v1', 32))])).toBe(4);
  });

  test("is known of the cluster's own endpoints by their file, and otherwise no cap", () => {
    const cluster = of(endpoint('large', 'cluster:', 0));
    const serversOf = (model: string) => (model === 'large' ? [endpoint(model, 'http://gpu/v1', 128)] : undefined);
    expect(replicas(executor, [cluster], { ...around, serversOf })).toBe(4);
    expect(replicas(executor, [cluster])).toBe(32);
  });

  test('grows with the addresses of a name that the workers have found', () => {
    const use = { baseUrl: 'http://a/v1', callsInFlight: 0, silentMs: 0, state: 'closed', lastError: '' };
    const worker = (...names: string[]): WorkerReport => ({
      ...{ worker: names.join(), kinds: ['execute'], slots: 32, runs: [] },
      endpoints: names.map((name) => ({ ...use, name })),
    });
    const workers = [worker('http://a/v1 (10.0.0.1)', 'http://a/v1 (10.0.0.2)'), worker('http://a/v1 (10.0.0.2)')];
    expect(replicas(executor, [of(endpoint('large', 'http://a/v1', 64))], { ...around, workers })).toBe(4);
    expect(replicas(executor, [of(endpoint('large', 'http://a/v1', 64))], { ...around, workers: [worker('http://a/v1')] })).toBe(
      2,
    );
  });
});

describe('replicas of a model', () => {
  const model = (name: string): ScaledTarget => ({ role: 'model', model: name, perReplica: 16 });
  const both = run({ execute: { queued: 40 }, propose: { inProgress: 1 } });

  test('follow the jobs that call it', () => {
    expect(wantedReplicas(model('large'), [both], around)).toEqual({ replicas: 3, active: true });
    expect(wantedReplicas(model('small'), [both], around)).toEqual({ replicas: 1, active: true });
    expect(wantedReplicas(model('other'), [both], around)).toEqual({ replicas: 0, active: false });
  });

  test('follow executions where it judges answers', () => {
    const endpoints = [...both.manifest.endpoints, endpoint('judge', 'http://gpu/v1', 8)];
    const judged = { ...both, manifest: { ...both.manifest, endpoints } };
    expect(replicas(model('judge'), [judged])).toBe(3);
  });

  test('are not capped by the limit of their name, which grows with them', () => {
    const endpoints = [endpoint('large', 'http://vllm/v1', 16)];
    expect(replicas(model('large'), [run({ execute: { queued: 160 }, endpoints })])).toBe(10);
  });
});

test('is always a whole number, and more only where there are jobs', () => {
  const count = fc.record({ queued: fc.nat(5_000), inProgress: fc.nat(5_000) });
  const runs = fc.array(
    fc.record({ execute: count, propose: count, status: fc.constantFrom(RunStatus.RUNNING, RunStatus.PAUSED) }).map(run),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 500 }), (inHand, perReplica) => {
      const wanted = wantedReplicas({ role: 'executor', perReplica }, inHand, around);
      expect(Number.isSafeInteger(wanted.replicas)).toBe(true);
      const jobs = inHand.reduce((sum, { jobs }) => sum + jobs.execute.queued + jobs.execute.inProgress, 0);
      expect(wanted.replicas).toBeLessThanOrEqual(Math.ceil(jobs / perReplica));
      if (wanted.replicas > 0) expect(wanted.active).toBe(true);
    }),
  );
});
