import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRunRequestOf } from '../../services/cli/runs/run-request.ts';
import type { Random } from '../../services/domain/ports.ts';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import { applyEvent } from '../../services/domain/run/apply/apply-event.ts';
import type { CallAttempt } from '../../services/domain/run/ledger/call-attempt.ts';
import { createSpentTally } from '../../services/domain/run/ledger/spent.ts';
import { totalUse } from '../../services/domain/run/ledger/totals.ts';
import type { RunState } from '../../services/domain/run/state.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { runLimitsOf } from '../../services/shared/config/run-limits.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import type { RunLimits } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { callAttemptFromProto } from '../../services/shared/contracts/spending-codec.ts';
import type { ServedCall } from '../../services/simulator/access-log.ts';
import { type KillableCluster, type KillablePart, startKillableCluster } from '../support/cluster/killable-cluster.ts';

/**
 * Runs that reach limits while services are killed, and go on with higher ones until there is none. SCALE_LIMIT_TRIALS=100 is the
 * measurement of docs/limits.md.
 */
const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
const trials = Number(process.env.SCALE_LIMIT_TRIALS ?? 3);
/** Runs of one cluster at the same time. */
const atOnce = 3;
const [executors, slots] = [2, 3];
/** Calls that a run can have in flight: of the executors and the predictor. */
const capacity = executors * slots + slots;
const never = new AbortController().signal;
let folder: string;

beforeAll(async () => {
  console.info(`seed ${seed}; set SCALE_TEST_SEED for another`);
  folder = await mkdtemp(join(tmpdir(), 'scale-limits-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a run has, looked at from outside. */
interface Account {
  readonly state: RunState;
  readonly attempts: ReadonlyMap<string, CallAttempt>;
  readonly spent: ReturnType<ReturnType<typeof createSpentTally>['spent']>;
  readonly served: readonly ServedCall[];
}

async function accountOf({ bus, served }: KillableCluster, runId: string): Promise<Account> {
  let state: RunState | undefined;
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) {
    state = applyEvent(state, decodeEvent(entry).event);
  }
  if (state === undefined) throw new Error('the log is empty');
  const attempts = new Map<string, CallAttempt>();
  const tally = createSpentTally();
  for await (const { note } of bus.spending.read(runId, { after: 0, follow: false }, never)) {
    for (const attempt of note.attempts.map(callAttemptFromProto)) {
      tally.add(attempt);
      if (attempts.get(attempt.attemptId)?.state !== 'answered') attempts.set(attempt.attemptId, attempt);
    }
  }
  return { state, attempts, spent: tally.spent(true), served: served.filter(({ attemptId }) => attempts.has(attemptId)) };
}

const tokensOf = ({ promptTokens, generationTokens }: ServedCall): number => promptTokens + generationTokens;
const sumOf = (calls: readonly ServedCall[]): number => calls.reduce((sum, call) => sum + tokensOf(call), 0);

/** Calls that ended once the limit was exceeded: they were in flight then, or should not have begun. */
function beyond(calls: readonly ServedCall[], limit: number): readonly ServedCall[] {
  let sum = 0;
  return calls
    .toSorted((one, other) => one.endedMs - other.endedMs)
    .filter((call) => {
      sum += tokensOf(call);
      return sum > limit;
    });
}

type Kind = 'tokens' | 'calls';

interface Trial {
  readonly name: string;
  readonly kind: Kind;
  /** Shares of what the undisturbed run spends; after the last, there is no limit. */
  readonly shares: readonly number[];
}

function trialOf(index: number): Trial {
  const random = randomStream(seed, 'limit', index);
  const first = 0.1 + 0.6 * random.next();
  const more = randomInteger(random, 2) === 0 ? [] : [first + (1 - first) * random.next()];
  return { name: `limited ${index}`, kind: index % 2 === 0 ? 'tokens' : 'calls', shares: [first, ...more] };
}

async function begin(cluster: KillableCluster, name: string, limits?: RunLimits): Promise<string> {
  const path = join(folder, `${name.replaceAll(' ', '-')}.yaml`);
  await writeFile(
    path,
    `name: ${name}
seed: 5
benchmark: { name: sample, limit: 24 }
search: { max_rounds: 6, final_pick: { policy: halving, share: 0.3 } }
evaluation: { method: scale, few_shot_ratio: 0.3, warm_up_rounds: 3 }
`,
  );
  const request = { ...startRunRequestOf(await readRunFile(path), cluster.simulatorUrl), ...(limits && { limits }) };
  return (await cluster.ask((client) => client.startRun(request, never))).runId;
}

function limitsOf(kind: Kind, most: number): RunLimits {
  const limits = runLimitsOf({ [kind]: most }, 0);
  if ('fault' in limits) throw new Error(limits.fault);
  return limits;
}

interface Whole {
  readonly tokens: number;
  readonly calls: number;
  readonly charged: number;
}

/** @returns by how much its limits were exceeded, in tokens or calls */
async function live(cluster: KillableCluster, { name, kind, shares }: Trial, whole: Whole): Promise<number[]> {
  const exceeded: number[] = [];
  let runId = '';
  for (const share of shares) {
    const most = Math.max(1, Math.floor(share * whole[kind]));
    const limits = limitsOf(kind, most);
    if (runId === '') runId = await begin(cluster, name, limits);
    else await cluster.ask((client) => client.setRunLimits(runId, limits, never));
    await cluster.ended(runId);
    const { state, attempts, served } = await accountOf(cluster, runId);
    if (state.limit === undefined) {
      // The part that is kept for the final pick was enough for it.
      expect(state.stopReason).not.toBe('limit');
      continue;
    }
    expect(state.limit.reached).toMatchObject({ limit: kind, scope: 'run', most });
    expect(state.stopReason).toBe('limit');
    const sent = [...attempts.values()].filter(({ state: now, jobId }) => now !== 'refused' && jobId !== '').length;
    if (kind === 'calls') expect(sent, `${name}: attempts`).toBeLessThanOrEqual(most);
    else expect(beyond(served, most).length, `${name}: calls in flight at the limit`).toBeLessThanOrEqual(capacity);
    exceeded.push(Math.max(0, (kind === 'calls' ? sent : sumOf(served)) - most));
  }
  const unlimited = limitsOf(kind, 1);
  const raised = await cluster.ask((client) =>
    client.setRunLimits(runId, { ...unlimited, tokens: 0, calls: 0 }, never).catch((error: unknown) => {
      // It had ended before the limit.
      if (/not because of a limit/.test(String(error))) return undefined;
      throw error;
    }),
  );
  if (raised !== undefined) await cluster.ended(runId);
  await check(cluster, runId, whole);
  return exceeded;
}

async function check(cluster: KillableCluster, runId: string, whole: Whole): Promise<void> {
  const { state, attempts, spent, served } = await accountOf(cluster, runId);
  expect(totalUse(state.ledger).tokens, `${runId}: charged`).toBe(whole.charged);
  expect(state.limit).toBeUndefined();
  const lost = served.filter(({ attemptId }) => /begun|broken-off/.test(attempts.get(attemptId)?.state ?? ''));
  const known = spent.answered.tokens + spent.answeredAgain.tokens + spent.useless.tokens + spent.preflight.tokens;
  expect(known + sumOf(lost), `${runId}: spent, and the calls that were lost`).toBe(sumOf(served));
}

it(`${trials} random trials: limits are kept through kills, and what is charged in the end is as without them`, async () => {
  await using cluster = await startKillableCluster(executors, slots, 20);
  const reference = await begin(cluster, 'undisturbed');
  await cluster.ended(reference);
  const { state, served } = await accountOf(cluster, reference);
  const whole = { tokens: sumOf(served), calls: served.length, charged: totalUse(state.ledger).tokens };
  expect(whole.tokens).toBe(whole.charged);

  const random = randomStream(seed, 'kills');
  const over = new AbortController();
  const killing = killNowAndThen(cluster, reference, random, over.signal);
  const left = Array.from({ length: trials }, (_, index) => trialOf(index)).values();
  const exceeded: number[] = [];
  const lane = async (): Promise<void> => {
    for (const trial of left) exceeded.push(...(await live(cluster, trial, whole)));
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, lane));
  } finally {
    over.abort();
  }
  const kills = await killing;
  console.info(
    `${trials} trials, ${exceeded.length} limits reached, ${kills} kills; a whole run: ${JSON.stringify(whole)}; ` +
      `exceeded ${exceeded.filter((each) => each > 0).length} times, by at most ${Math.max(0, ...exceeded)}`,
  );
  expect(exceeded.length).toBeGreaterThan(0);
});

async function killNowAndThen(cluster: KillableCluster, runId: string, random: Random, signal: AbortSignal): Promise<number> {
  const parts: readonly KillablePart[] = ['executor', 'executor', 'executor', 'predictor', 'coordinator'];
  let kills = 0;
  while (!signal.aborted) {
    // Counted in calls: a clock would kill a slow machine's cluster before it has gone on.
    const next = cluster.served.length + 20 + randomInteger(random, 60);
    while (cluster.served.length < next && !signal.aborted) await sleep(20);
    if (signal.aborted) break;
    await cluster.killAndReplace(parts[randomInteger(random, parts.length)] ?? 'executor', runId);
    kills += 1;
  }
  return kills;
}
