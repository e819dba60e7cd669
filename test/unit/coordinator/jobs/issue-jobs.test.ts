import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createJobIssuer } from '../../../../services/coordinator/jobs/issue-jobs.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { ExecuteCommand } from '../../../../services/domain/run/command.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import { executionJobId } from '../../../../services/domain/run/job-id.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { benchmark, configuration } from '../../../simulation/made-up-work.ts';

const runId = 'r';
const settings = configuration(1);
const events: readonly RunEvent[] = [
  { kind: 'run-started', configuration: settings },
  { kind: 'round-started', round: 1, parentRound: 0, candidates: [] },
  {
    ...{ kind: 'workflow-proposed', round: 1, turn: 0, modification: '', reply: '' },
    ...{ workflow: settings.initialWorkflow, workflowHash: 'initial' },
  },
];
const state = events.reduce<RunState | undefined>(applyEvent, undefined) as RunState;
const execute = (...queries: number[]): ExecuteCommand => ({
  ...{ kind: 'execute', round: 1, workflowHash: 'initial' },
  executions: queries.map((queryIndex) => ({ queryIndex, repeat: 0 })),
});
const idOf = (query: number): string => executionJobId('initial', query, 0);

function setUp(publish?: Bus['jobs']['publish'], leaseId?: string, put?: () => Promise<void>) {
  const bus = createInMemoryServer().connect();
  const published: string[] = [];
  const answered = new Set<string>();
  const jobs: Bus['jobs'] = {
    ...bus.jobs,
    publish: async (job) => {
      published.push(job.jobId);
      return publish === undefined ? 'queued' : await publish(job);
    },
  };
  const blobs: Bus['blobs'] = {
    ...bus.blobs,
    put: async (content) => {
      await put?.();
      return await bus.blobs.put(content);
    },
  };
  const source = { bus: { ...bus, jobs, blobs }, runId, epoch: 1, benchmark, answers: async () => new Map() };
  const issuer = createJobIssuer(source, { seen: (jobId) => answered.has(jobId) }, leaseId);
  return { issuer, published, answered };
}

test('what is under way or answered is not queued again, and what is new is, however often it is planned', async () => {
  const { issuer, published, answered } = setUp();
  answered.add(idOf(0));
  await issuer.issue([execute(0, 1, 2)], state);
  await issuer.issue([execute(1, 2, 3)], state);
  await issuer.settled();
  expect(published).toEqual([idOf(1), idOf(2), idOf(3)]);
  answered.add(idOf(2));
  issuer.arrived(idOf(2));
  await issuer.issue([execute(1, 2, 3)], state);
  await issuer.settled();
  expect(published).toHaveLength(3);
  expect(issuer.queued().map(({ jobId }) => jobId)).toEqual([idOf(1), idOf(3)]);
});

test('nothing counts as queued while it is still being queued', async () => {
  const taken = Promise.withResolvers<'queued'>();
  const { issuer } = setUp(() => taken.promise);
  await issuer.issue([execute(1, 2)], state);
  expect(issuer.queued()).toEqual([]);
  taken.resolve('queued');
  await issuer.settled();
  expect(issuer.queued()).toHaveLength(2);
});

test('a queue that takes nothing is told as an abort, with its error', async () => {
  const refused = new Error('no responders');
  const { issuer } = setUp(() => Promise.reject(refused));
  await issuer.issue([execute(1)], state);
  await issuer.settled();
  expect(issuer.broken.reason).toBe(refused);
});

test.each([
  [undefined, ''],
  ['a', 'a'],
])('under the lease %s of its log, jobs are called "%s" new', async (leaseId, newUnder) => {
  const called: string[] = [];
  const { issuer } = setUp(async (job) => {
    called.push(job.newUnder);
    return 'queued';
  }, leaseId);
  await issuer.issue([execute(1)], state);
  await issuer.settled();
  expect(called).toEqual([newUnder]);
  // What the queue has lost may have been delivered before.
  expect(issuer.queued().map((job) => job.newUnder)).toEqual(['']);
});

describe('a blob that is still being stored', () => {
  test('is waited for where several jobs need it, and not by one that has it in itself', async () => {
    const stored = Promise.withResolvers<void>();
    const { issuer, published } = setUp(undefined, undefined, () => stored.promise);
    await issuer.issue([execute(0)], state);
    expect(published).toEqual([idOf(0)]);
    const others = issuer.issue([execute(1, 2)], state);
    await setImmediate();
    expect(published).toHaveLength(1);
    expect(issuer.queued()).toEqual([]);
    stored.resolve();
    await others;
    await issuer.settled();
    expect(published).toEqual([idOf(0), idOf(1), idOf(2)]);
    expect(issuer.queued()).toHaveLength(3);
  });

  test('is not waited for where it was stored before', async () => {
    let puts = 0;
    const { issuer, published } = setUp(undefined, undefined, async () => {
      puts += 1;
      if (puts > 1) await new Promise(() => {});
    });
    await issuer.issue([execute(0)], state);
    await issuer.settled();
    await issuer.issue([execute(1, 2)], state);
    expect(published).toEqual([idOf(0), idOf(1), idOf(2)]);
    expect(puts).toBe(2);
  });

  test('that cannot be stored breaks the run, whoever has it in itself', async () => {
    const { issuer } = setUp(undefined, undefined, () => Promise.reject(new Error('the store is full')));
    await issuer.issue([execute(0)], state);
    await issuer.settled();
    expect(issuer.broken.reason).toMatchObject({ message: 'the store is full' });
  });
});
