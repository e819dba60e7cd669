import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomInteger, randomStream, shuffled } from '../../services/domain/random.ts';
import { applyEvent } from '../../services/domain/run/apply/apply-event.ts';
import type { CallAttempt } from '../../services/domain/run/ledger/call-attempt.ts';
import { createSpentTally, spentBeside } from '../../services/domain/run/ledger/spent.ts';
import { totalUse } from '../../services/domain/run/ledger/totals.ts';
import type { RunState } from '../../services/domain/run/state.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { type RunManifest, RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { callAttemptFromProto, spentFromProto } from '../../services/shared/contracts/spending-codec.ts';
import type { ServedCall } from '../../services/simulator/access-log.ts';
import { type KillableCluster, type KillablePart, startKillableCluster } from '../support/cluster/killable-cluster.ts';

const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
const never = new AbortController().signal;
const kills: readonly KillablePart[] = [
  ...Array.from({ length: 12 }, () => 'executor' as const),
  ...Array.from({ length: 3 }, () => 'predictor' as const),
  ...Array.from({ length: 3 }, () => 'coordinator' as const),
  ...Array.from({ length: 2 }, () => 'nats-server' as const),
];
let folder: string;

beforeAll(async () => {
  console.info(`seed ${seed}; set SCALE_TEST_SEED for another`);
  folder = await mkdtemp(join(tmpdir(), 'scale-spent-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly log: readonly string[];
  readonly state: RunState;
  readonly manifest: RunManifest;
  readonly attempts: readonly CallAttempt[];
  readonly served: readonly ServedCall[];
}

interface Pace {
  readonly slots: number;
  readonly firstTokenMs: number;
  /** Default: no. */
  readonly usesCache?: boolean;
  /** How long an executor may stand still before its jobs are another's. Default: the cluster's, which is short. */
  readonly ackWaitMs?: number;
}

/** A search to its end, during which this happens. */
async function search(
  { slots, firstTokenMs, usesCache = false, ackWaitMs }: Pace,
  disturb: (cluster: KillableCluster, runId: string) => Promise<void>,
): Promise<Ended> {
  const path = join(folder, 'spent.yaml');
  await writeFile(
    path,
    `name: spent
seed: 5
benchmark: { name: sample, limit: 60 }
search: { max_rounds: 12 }
evaluation: { method: scale, few_shot_ratio: 0.3, warm_up_rounds: 9 }
cache: ${usesCache ? 'on' : 'off'}
`,
  );
  const environment = ackWaitMs === undefined ? {} : { SCALE_ACK_WAIT_MS: String(ackWaitMs) };
  await using cluster = await startKillableCluster(3, slots, firstTokenMs, environment);
  const { bus } = cluster;
  const runId = await cluster.begin(await readRunFile(path));
  await disturb(cluster, runId);
  const manifest = await cluster.ended(runId);
  await cluster.stopServing();
  const log: string[] = [];
  let state: RunState | undefined;
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) {
    log.push(Buffer.from(entry).toString('hex'));
    state = applyEvent(state, decodeEvent(entry).event);
  }
  if (state === undefined) throw new Error('the log is empty');
  const attempts: CallAttempt[] = [];
  for await (const { note } of bus.spending.read(runId, { after: 0, follow: false }, never)) {
    attempts.push(...note.attempts.map(callAttemptFromProto));
  }
  return { log, state, manifest, attempts, served: [...cluster.served] };
}

/** A moment, unless the run is over before all its kills. */
async function untilLater({ bus }: KillableCluster, runId: string): Promise<void> {
  await sleep(10);
  const manifest = await bus.runs.get(runId);
  if (manifest?.status !== RunStatus.RUNNING) throw new Error('the run has ended before the last kill: it has too few calls');
}

const tokensServed = (calls: readonly ServedCall[]): number =>
  calls.reduce((sum, { promptTokens, generationTokens }) => sum + promptTokens + generationTokens, 0);

const title =
  '20 random kills: what was spent, with the calls that were lost, is what the server counted, and what was charged is as without';
it(title, async () => {
  // Nobody is to be taken for dead here, however long a busy machine lets an executor stand still.
  const undisturbed = await search({ slots: 16, firstTokenMs: 0, ackWaitMs: 60_000 }, async () => undefined);
  const random = randomStream(seed, 'kills');
  const victims = shuffled(random, kills);
  // With the response cache, which the log does not know of, and which must not make saved tokens of what a killed worker paid.
  const disturbed = await search({ slots: 2, firstTokenMs: 40, usesCache: true }, async (cluster, runId) => {
    for (const [index, victim] of victims.entries()) {
      // Counted in calls, which are held when it is time: a clock would kill a slow machine's cluster before it has gone on, and
      // a quick one would be done while the parts of it start.
      const callsLeft = Math.max(0, undisturbed.served.length - cluster.served.length);
      const apart = Math.floor(callsLeft / (victims.length - index) / 2);
      const next = cluster.served.length + 1 + randomInteger(random, Math.max(1, apart));
      cluster.holdAt(next);
      while (cluster.served.length < next) await untilLater(cluster, runId);
      await cluster.killAndReplace(victim, runId);
    }
    cluster.holdAt(Number.POSITIVE_INFINITY);
  });

  const charged = totalUse(disturbed.state.ledger).tokens;
  expect(charged).toBe(totalUse(undisturbed.state.ledger).tokens);
  expect(disturbed.log, 'the log differs from the undisturbed one').toEqual(undisturbed.log);

  for (const { state, attempts, served, manifest } of [undisturbed, disturbed]) {
    const tally = createSpentTally();
    const ends = new Map<string, CallAttempt>();
    for (const attempt of attempts) {
      tally.add(attempt);
      const known = ends.get(attempt.attemptId);
      if (known === undefined || known.state === 'begun') ends.set(attempt.attemptId, attempt);
    }
    const spent = tally.spent(true);
    const kept = manifest.cache === undefined ? spent : { cached: { calls: 0, tokens: 0 }, ...spent };
    expect(manifest.spent && spentFromProto(manifest.spent), 'what the coordinator keeps of it').toEqual(kept);
    const total = totalUse(state.ledger).tokens;
    expect(spentBeside(total, spent).unlogged, 'answers that the log does not hold').toBe(0);
    // Each call that the server has seen is on record, as answered or as lost.
    const isLost = ({ attemptId }: ServedCall): boolean => {
      const known = ends.get(attemptId);
      expect(known, `attempt ${attemptId} on record`).toBeDefined();
      return known?.state === 'begun' || known?.state === 'broken-off';
    };
    const lost = served.filter(isLost);
    expect(spent.cached?.tokens ?? 0, 'no call is in the search twice').toBe(0);
    const beside = spent.answeredAgain.tokens + spent.useless.tokens + spent.preflight.tokens;
    expect(total + beside + tokensServed(lost)).toBe(tokensServed(served));
    // The estimate is of the prompts, which the simulated model counts with a few tokens more for each message.
    const prompts = lost.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
    expect(spent.lost.tokens).toBeGreaterThanOrEqual(0.8 * prompts);
    console.info(
      `charged ${total}, served ${tokensServed(served)} in ${served.length} calls: ${JSON.stringify(spent)}, ${lost.length} of the lost calls seen by the server`,
    );
  }
  expect(createTally(disturbed.attempts).lost.calls).toBeGreaterThan(0);
  expect(createTally(undisturbed.attempts)).toMatchObject({ lost: { calls: 0 }, answeredAgain: { calls: 0 } });
});

function createTally(attempts: readonly CallAttempt[]) {
  const tally = createSpentTally();
  for (const attempt of attempts) tally.add(attempt);
  return tally.spent(true);
}
