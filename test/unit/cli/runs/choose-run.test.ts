import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReachedCluster } from '../../../../services/cli/cluster/reach-cluster.ts';
import { evaluationFile } from '../../../../services/cli/eval/evaluation-file.ts';
import { chooseRun } from '../../../../services/cli/runs/choose-run.ts';
import { startRunRequestOf } from '../../../../services/cli/runs/run-request.ts';
import type { Failure } from '../../../../services/domain/failure.ts';
import type { ExecutionOutcome, RunEvent } from '../../../../services/domain/run/event.ts';
import { canonicalHash } from '../../../../services/domain/workflow/canonical-hash.ts';
import { type Assignment, readAssignment } from '../../../../services/shared/config/amend-settings.ts';
import { type RunFile, readRunFile } from '../../../../services/shared/config/run-file.ts';
import { benchmarkToProto } from '../../../../services/shared/contracts/benchmark-codec.ts';
import { decodeProtoEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import {
  type RunManifest,
  RunStatus,
  type WatchRunResponse,
} from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { runIdOf } from '../../../../services/shared/contracts/run-id.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-choose-'));
});
afterEach(() => rm(folder, { recursive: true }));

const never = new AbortController().signal;

async function fileOf(yaml: string, name = 'base'): Promise<RunFile> {
  const path = join(folder, `${name}.yaml`);
  await writeFile(path, yaml);
  return readRunFile(path);
}

interface Known {
  readonly file: RunFile;
  readonly status?: RunStatus;
  readonly events?: readonly RunEvent[];
  /** Changes to what this version would keep. */
  readonly manifest?: Partial<RunManifest>;
}

/** A cluster that knows these runs, the newest first. */
function clusterWith(...known: readonly Known[]): ReachedCluster {
  const runs = known.map(({ file, status = RunStatus.RUNNING, events = [], manifest = {} }) => {
    const { configuration, endpoints, simulated, writtenHash, defaultsVersion } = startRunRequestOf(
      file,
      'http://127.0.0.1:9/v1',
    );
    const runId = runIdOf(file.configuration);
    return {
      manifest: {
        ...{ schemaVersion: 1, runId, configuration, endpoints, maxInFlight: 0, status, createdAtMs: 1, cancelReason: '' },
        ...{ simulated, pauseReason: '', pausedAtMs: 0, writtenHash, defaultsVersion, ...manifest },
      } satisfies RunManifest,
      benchmark: benchmarkToProto(file.benchmark),
      events,
    };
  });
  const runOf = (runId: string) => {
    const found = runs.find(({ manifest }) => manifest.runId === runId);
    if (found === undefined) throw new Error(`no run ${runId}`);
    return found;
  };
  const client = {
    findRuns: async () => ({ manifests: runs.map(({ manifest }) => manifest) }),
    getRun: async (runId: string) => ({ manifest: runOf(runId).manifest, summary: { roundsCompleted: 3 } }),
    getRunBenchmark: async (runId: string) => ({ benchmark: runOf(runId).benchmark }),
    async *watchRun({ runId }: { runId: string }): AsyncGenerator<WatchRunResponse> {
      for (const [index, event] of runOf(runId).events.entries())
        yield {
          update: {
            $case: 'event',
            value: { sequence: index + 1, timeMs: 1, event: decodeProtoEvent(encodeEvent(runId, event)), digest: '' },
          },
        };
    },
  };
  return { client, kind: 'attached' } as unknown as ReachedCluster;
}

const choose = async (cluster: ReachedCluster, file: RunFile, more: { fresh?: boolean; continued?: string } = {}) => {
  const chosen = await chooseRun(cluster, { file, fresh: false, ...more }, never);
  return { id: runIdOf(chosen.file.configuration), file: chosen.file, told: chosen.notices.join(' ') };
};

function ended(
  file: RunFile,
  failure: Failure | undefined,
  ending: RunEvent = { kind: 'run-completed', bestRound: 1, reason: 'max-rounds' },
) {
  const { configuration } = file;
  const outcome = (queryIndex: number): ExecutionOutcome => ({
    ...{ queryIndex, repeat: 0, score: failure === undefined ? 1 : 0, answer: '', tokens: [], otherScores: {} },
    ...(failure === undefined ? {} : { failure }),
  });
  const { name, queryCount } = configuration.benchmark;
  if (queryCount === 0) throw new Error(`${name} has no queries`);
  const all = Array.from({ length: queryCount }, (_, index) => index);
  const { initialWorkflow: workflow } = configuration;
  const events: RunEvent[] = [
    { kind: 'run-started', configuration },
    { kind: 'round-started', round: 1, parentRound: 0, candidates: [] },
    {
      kind: 'workflow-proposed',
      round: 1,
      turn: 0,
      modification: '',
      workflow,
      workflowHash: canonicalHash(workflow),
      reply: '',
    },
    { kind: 'sample-drawn', round: 1, queryIndexes: all, strata: [] },
    { kind: 'executions-completed', round: 1, outcomes: all.map(outcome) },
    {
      kind: 'round-completed',
      round: 1,
      evaluation: { method: 'full', score: failure === undefined ? 1 : 0, executions: queryCount },
    },
    ending,
  ];
  return events;
}

const simple = 'benchmark: { name: sample, limit: 4 }\nsearch: { max_rounds: 5 }';

describe('the run that a file means', () => {
  it('is a new one where there is none, and the same one again', async () => {
    const file = await fileOf(simple);
    expect(await choose(clusterWith(), file)).toEqual({ id: runIdOf(file.configuration), file, told: '' });
    const { id, told } = await choose(clusterWith({ file }), file);
    expect([id, told]).toEqual([runIdOf(file.configuration), `Continuing run ${id}.`]);
  });

  it('is the one of an earlier version with other defaults, which it keeps', async () => {
    const file = await fileOf(simple);
    for (const before of file.earlierConfigurations) {
      const old = { ...file, configuration: before };
      // Versions from then kept nothing of what the file said.
      const cluster = clusterWith({ file: old, manifest: { writtenHash: undefined, defaultsVersion: undefined } });
      const chosen = await choose(cluster, file);
      expect(chosen.id).toBe(runIdOf(before));
      expect(chosen.file.configuration).toEqual(before);
      expect(chosen.told).toMatch(/It keeps the defaults of the version that started it \(search\./);
    }
  });

  it('is the one that the same words started, whatever a later version makes of what they leave out', async () => {
    const file = await fileOf(simple);
    const { configuration } = file;
    const later = { ...file, configuration: { ...configuration, search: { ...configuration.search, lambda: 0.5 } } };
    const chosen = await choose(clusterWith({ file }), later);
    expect(chosen.id).toBe(runIdOf(configuration));
    expect(chosen.told).toContain('search.lambda changed from 0.3 to 0.5');
    const over = await choose(clusterWith({ file, status: RunStatus.COMPLETED, events: ended(file, undefined) }), later);
    expect([over.id, over.told]).toEqual([chosen.id, expect.stringContaining('its report again')]);
  });

  it('is another one for other words, which is told of one that is unfinished', async () => {
    const file = await fileOf(simple);
    const other = await fileOf(simple.replace('5', '6'));
    const { id, told } = await choose(clusterWith({ file }), other);
    expect(id).toBe(runIdOf(other.configuration));
    expect(told).toMatch(
      /is unfinished \(3 of 5 rounds\), and since then search\.max_rounds changed from 5 to 6\..*--continue base-/,
    );
    const done = await choose(clusterWith({ file, status: RunStatus.COMPLETED }), other);
    expect([done.id, done.told]).toEqual([id, '']);
  });

  it('does not hang on the order of words, on where models are, or on how many workers there are', async () => {
    const file = await fileOf(
      'search: { max_rounds: 5, lambda: 0.3 }\nbenchmark: sample\nmodels: { executor: { model: qwen-plus } }',
    );
    const same = await fileOf(
      'cluster: { slots: 2 }\nmodels: { executor: { endpoint: simulated, model: qwen-plus } }\nevaluation: {}\nbenchmark: { name: sample }\nsearch: { lambda: 0.3, max_rounds: 5 }',
    );
    expect(same.written).toBe(file.written);
    expect((await fileOf('benchmark: sample\nseed: 2')).written).not.toBe((await fileOf('benchmark: sample')).written);
  });

  it('is told what has changed in a benchmark file or its data', async () => {
    const mine = `name: tickets\ndescription: d\nanswer_format: f\nfiles: { validate: tickets.csv }\nfields: { question: q }\nreference: a\nscorers: { s: exact-match }\n`;
    await writeFile(join(folder, 'tickets.yaml'), mine);
    await writeFile(join(folder, 'tickets.csv'), 'q,a\nx,1\ny,2\n');
    const before = await fileOf('benchmark: tickets.yaml');
    await writeFile(join(folder, 'tickets.csv'), 'q,a\nx,1\ny,3\nz,4\n');
    const after = await fileOf('benchmark: tickets.yaml');
    const { id, told } = await choose(clusterWith({ file: before }), after);
    expect(id).toBe(runIdOf(after.configuration));
    expect(told).toMatch(
      /is unfinished .*the benchmark file .*tickets\.yaml, or data that it names, has changed \(1 of 2 queries differ\)/,
    );
    expect((await choose(clusterWith({ file: before, status: RunStatus.COMPLETED }), after)).told).toContain(
      'has ended, and since then',
    );
    const continued = await choose(clusterWith({ file: before }), after, { continued: runIdOf(before.configuration) });
    expect(continued.id).toBe(runIdOf(before.configuration));
    expect(continued.file.benchmark.queries).toHaveLength(2);
    expect(continued.told).toContain('as it was started, not as the file is now');
    // The same words in another place are the same benchmark, and a remark changes nothing.
    await writeFile(join(folder, 'tickets.yaml'), `# a remark\n${mine}`);
    expect((await fileOf('benchmark: tickets.yaml')).written).toBe(after.written);
  });

  it('is not labelled by what the command line says and the continued run was not started with', async () => {
    const before = await fileOf('benchmark: sample\nseed: 1\n');
    const now = await readRunFile(join(folder, 'base.yaml'), { set: [readAssignment('seed=2') as Assignment] });
    expect(now.provenance).toEqual(['set/seed=2']);
    const continued = runIdOf(before.configuration);
    expect((await choose(clusterWith({ file: before }), now, { continued })).file.provenance).toBeUndefined();
    expect((await choose(clusterWith({ file: now }), now)).file.provenance).toEqual(['set/seed=2']);
  });

  it('is not said to have another benchmark where only the limit is another', async () => {
    const [four, three] = [await fileOf(simple), await fileOf(simple.replace('4', '3'))];
    expect((await choose(clusterWith({ file: four, status: RunStatus.COMPLETED }), three)).told).toBe('');
    expect((await choose(clusterWith({ file: four }), three)).told).toContain(
      '(3 queries instead of 4; the first 3 are the same)',
    );
  });

  it('is the same one at another address, which is told', async () => {
    const at = (address: string) =>
      fileOf(
        `benchmark: sample\nmodels: { executor: { endpoint: e, model: m }, optimizer: { endpoint: e, model: m } }\nendpoints: { e: { base_url: "${address}" } }`,
      );
    const [one, other] = [await at('http://a/v1'), await at('http://b/v1')];
    const { id, told } = await choose(clusterWith({ file: one }), other);
    expect(id).toBe(runIdOf(one.configuration));
    expect(told).toContain('m was asked at http://a/v1 and is now at http://b/v1');
    const over = await choose(clusterWith({ file: one, status: RunStatus.COMPLETED, events: ended(one, undefined) }), other);
    expect(over.told).toContain('Nothing was asked at the address that the file has now');
  });

  it('is never one that simulated models answer where real ones should, nor the other way round', async () => {
    const simulated = await fileOf('benchmark: sample\nmodels: { executor: { model: m }, optimizer: { model: m } }');
    const real = await fileOf(
      'benchmark: sample\nmodels: { executor: { endpoint: e, model: m }, optimizer: { endpoint: e, model: m } }\nendpoints: { e: { base_url: "http://a/v1" } }',
    );
    expect(runIdOf(real.configuration)).toBe(runIdOf(simulated.configuration));
    for (const [there, wanted] of [
      [simulated, real],
      [real, simulated],
    ] as const) {
      const { id, told } = await choose(
        clusterWith({ file: there, status: RunStatus.COMPLETED, events: ended(there, undefined) }),
        wanted,
      );
      expect(id).toMatch(/^base-2-/);
      expect(told).toContain('models answered it');
      await expect(choose(clusterWith({ file: there }), wanted, { continued: runIdOf(there.configuration) })).rejects.toThrow(
        'was started with',
      );
    }
  });

  it('is a fresh one under the first free number, if that is wanted', async () => {
    const file = await fileOf(simple);
    const second = await choose(clusterWith({ file }), file, { fresh: true });
    expect(second.file.configuration.name).toBe('base-2');
    const third = await choose(clusterWith({ file }, { file: second.file }), file, { fresh: true });
    expect([third.file.configuration.name, third.told]).toEqual(['base-3', '']);
    expect((await choose(clusterWith(), file, { fresh: true })).file).toBe(file);
  });
});

describe('a run that has ended without a result', () => {
  const refused: Failure = { kind: 'refused', message: 'the endpoint refused it: no such model' };
  const cases: readonly (readonly [string, (file: RunFile) => readonly RunEvent[], RunStatus])[] = [
    ['every execution was refused', (file) => ended(file, refused), RunStatus.COMPLETED],
    [
      'it failed',
      (file) => ended(file, undefined, { kind: 'run-failed', failure: { kind: 'internal', message: 'a defect' } }),
      RunStatus.FAILED,
    ],
    ['nothing was logged', () => [], RunStatus.FAILED],
  ];

  it.each(cases)('is executed again: %s', async (_, eventsOf, status) => {
    const file = await fileOf(simple);
    const { id, told } = await choose(clusterWith({ file, status, events: eventsOf(file) }), file);
    expect(id).toMatch(/^base-2-/);
    expect(told).toMatch(/has no result that counts .*it is executed again, as a new run/);
  });

  it('is passed over for the one that was executed again', async () => {
    const file = await fileOf(simple);
    const lost = { file, status: RunStatus.COMPLETED, events: ended(file, refused) };
    const { file: second } = await choose(clusterWith(lost), file);
    const { id, told } = await choose(
      clusterWith({ file: second, status: RunStatus.COMPLETED, events: ended(second, undefined) }, lost),
      file,
    );
    expect(id).toBe(runIdOf(second.configuration));
    expect(told).toContain(`was executed in its place. Run ${id} has already ended`);
  });

  it('is also an evaluation that was cancelled, but not a search, which has found what it has', async () => {
    await writeFile(join(folder, 'w.yaml'), 'workflow: 1\nsteps: [{ return: "{{ query.question }}" }]');
    const evaluation = await evaluationFile(
      { kind: 'file', path: join(folder, 'w.yaml') },
      { benchmark: 'sample', split: 'test', repeat: 1 },
    );
    const cancelled: RunEvent = { kind: 'run-cancelled', reason: '' };
    const search = await fileOf(simple);
    for (const [file, isAgain] of [
      [evaluation, true],
      [search, false],
    ] as const) {
      const events = ended(file, undefined, cancelled);
      // Whoever drove it may have died before its log said so.
      for (const said of [events, events.slice(0, -1)]) {
        const cluster = clusterWith({ file, status: RunStatus.CANCELLED, events: said });
        expect((await choose(cluster, file)).told.includes('is executed again')).toBe(isAgain);
      }
    }
    const one = { ...refused, kind: 'cut-off' } as const;
    const cluster = clusterWith({ file: evaluation, status: RunStatus.COMPLETED, events: ended(evaluation, one) });
    expect((await choose(cluster, evaluation)).told).toContain('--fresh executes it once more');
  });
});

describe('an evaluation', () => {
  it('is found again by earlier defaults too, and by what the command line says', async () => {
    await writeFile(join(folder, 'w.yaml'), 'workflow: 1\nsteps: [{ return: "{{ query.question }}" }]');
    const subject = { kind: 'file', path: join(folder, 'w.yaml') } as const;
    const of = (more: object) => evaluationFile(subject, { benchmark: 'sample', split: 'test', repeat: 1, ...more });
    const file = await of({});
    for (const before of file.earlierConfigurations)
      expect((await choose(clusterWith({ file: { ...file, configuration: before } }), file)).id).toBe(runIdOf(before));
    const texts = await Promise.all(
      [{}, { repeat: 2 }, { limit: 3 }, { seed: 4 }, { model: 'other' }, { split: 'validate' }].map(of),
    );
    expect(new Set(texts.map(({ written }) => written)).size).toBe(6);
  });
});
