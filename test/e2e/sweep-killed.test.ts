import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'nats';
import { expect, onTestFinished, test } from 'vitest';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import { connectBus } from '../../services/shared/messaging/nats-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import type { ServedCall } from '../../services/simulator/access-log.ts';
import { learnBenchmarks } from '../../services/simulator/learn-benchmarks.ts';
import { startSimulator } from '../../services/simulator/start-simulator.ts';
import { type RunEvidence, violationsIn } from '../support/cluster/cluster-checker.ts';
import { clusterProcesses } from '../support/cluster/local-run.ts';
import { evidenceOf } from '../support/cluster/run-evidence.ts';
import { startTestNatsServer } from '../support/nats-server.ts';
import { startCli } from '../support/run-cli.ts';
import { untilModelIsIdle } from '../support/simulator/until-model-is-idle.ts';

const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
const kills = Number(process.env.SCALE_SWEEP_KILLS ?? 3);
const callsAtOnce = 4;

interface SweptRuns {
  /** As the command tells them. */
  readonly runs: readonly Record<string, unknown>[];
  /** What their store has kept, in the same order. */
  readonly evidence: readonly RunEvidence[];
  /** What the model's server counted, of all starts. */
  readonly served: readonly ServedCall[];
  /** When everything had been killed, before it was started again, in milliseconds since 1970. */
  readonly killedAtMs: readonly number[];
}

/** @param calls that the sweep makes without kills, over which they are spread */
async function sweep(wantedKills: number, calls: number): Promise<SweptRuns> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-killed-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const served: ServedCall[] = [];
  const { known } = await learnBenchmarks(join(folder, 'no-data'), join(folder, 'no-records'));
  const latency = { timeToFirstTokenMs: wantedKills === 0 ? 0 : 20, tokensPerSecond: 20_000 };
  const simulator = await startSimulator({ known, latency, onServed: (call) => served.push(call) });
  onTestFinished(() => simulator.stop(AbortSignal.abort()));
  const path = join(folder, 'killed.yaml');
  const model = (name: string) => `{ endpoint: here, model: ${name} }`;
  await writeFile(
    path,
    `base:
  benchmark: { name: sample, limit: 20 }
  search: { max_rounds: 4 }
  models: { executor: ${model('qwen-plus')}, optimizer: ${model('qwen3-8b')} }
  endpoints: { here: { base_url: "${simulator.url}", max_concurrency: ${callsAtOnce}, reissue: false } }
  cluster: { executors: 2, slots: 4 }
matrix: { evaluation.method: [full, few-shot], seed: [1, 2] }
at_once: 2
`,
  );
  const random = randomStream(seed, 'kills');
  const apart = Math.max(1, Math.floor(calls / (wantedKills + 1)));
  const killedAtMs: number[] = [];
  for (;;) {
    const command = startCli(['sweep', path, '--data-dir', join(folder, 'data'), '--json']);
    let over = false;
    void command.ended.then(() => {
      over = true;
    });
    const next = served.length + 3 + randomInteger(random, apart);
    while (!over && (killedAtMs.length === wantedKills || served.length < next)) await sleep(5);
    if (over) {
      const { code, stdout, stderr } = await command.ended;
      expect(code, stderr).toBe(0);
      const { runs } = JSON.parse(stdout) as { runs: Record<string, unknown>[] };
      const evidence = await keptIn(
        join(folder, 'data/nats'),
        runs.map(({ runId }) => String(runId)),
        served,
      );
      return { runs, evidence, served, killedAtMs };
    }
    const parts = [...(await clusterProcesses(command.child.pid ?? 0)).values()].flat();
    for (const pid of parts) process.kill(pid, 'SIGKILL');
    command.child.kill('SIGKILL');
    await command.ended;
    // What was on its way at the kill reaches the model's server, which is in this process, only now, and begins there.
    await untilModelIsIdle(simulator.url);
    // By the clock that the simulated model times its calls with: the system's may have been set meanwhile.
    killedAtMs.push(performance.timeOrigin + performance.now());
  }
}

/** Looks into the store that the sweep's cluster has left. */
async function keptIn(storeFolder: string, runIds: readonly string[], served: readonly ServedCall[]): Promise<RunEvidence[]> {
  await using nats = await startTestNatsServer({ storeFolder });
  const logger = createLogger({ service: 'test', version: '0', level: 'silent' });
  const bus = await connectBus({ servers: [nats.url], name: 'test', logger, deadlineMs: 60_000 });
  const connection = await connect({ servers: nats.url });
  try {
    const evidence: RunEvidence[] = [];
    for (const runId of runIds) evidence.push(await evidenceOf({ connection, bus, served }, runId));
    return evidence;
  } finally {
    await connection.close();
    await bus.close();
  }
}

const plain = ({ labels, state, runId, score, tokens, earlierRunIds }: Record<string, unknown>) => ({
  ...{ labels, state, runId, score, tokens, earlierRunIds },
});

/** The times that each call of a run was made, the first one first. Those that try a model are not the run's. */
function timesOfCalls({ runId, served }: RunEvidence): Map<string, ServedCall[]> {
  const calls = served.filter(({ jobId }) => jobId !== '').sort((one, other) => one.beganMs - other.beganMs);
  return Map.groupBy(calls, ({ jobId, callId }) => `${runId} ${jobId} ${callId}`);
}

function tokensOf(calls: readonly ServedCall[]): number {
  return calls.reduce((sum, { promptTokens, generationTokens }) => sum + promptTokens + generationTokens, 0);
}

test(`kill -9 of everything, ${kills} times, and the same command after each: the same results, and only calls in flight are made again`, {
  timeout: 600_000 + 30_000 * kills,
}, async () => {
  console.info(`seed ${seed}; SCALE_TEST_SEED sets it, SCALE_SWEEP_KILLS how often`);
  const undisturbed = await sweep(0, 0);
  const disturbed = await sweep(kills, undisturbed.served.length);
  expect(disturbed.killedAtMs).toHaveLength(kills);
  // With them the tokens that are charged.
  expect(disturbed.runs.map(plain)).toEqual(undisturbed.runs.map(plain));

  // Of each run: the same log; each job one result; each token that was served on one account; nothing on record asked for again.
  for (const [place, run] of disturbed.evidence.entries()) {
    const expectedEntries = undisturbed.evidence[place]?.entries ?? [];
    expect(violationsIn({ ...run, expectedEntries }), run.runId).toEqual([]);
  }
  // No call is made that is not made without kills, and all that is made beside the runs' tries the two models, once a start.
  const timesOf = ({ evidence }: SweptRuns) => new Map(evidence.flatMap((run) => [...timesOfCalls(run)]));
  const [times, once] = [timesOf(disturbed), timesOf(undisturbed)];
  expect([...times.keys()].sort()).toEqual([...once.keys()].sort());
  const ofRuns = [...times.values()].flat();
  expect(disturbed.served.filter(({ jobId }) => jobId !== '')).toHaveLength(ofRuns.length);
  expect(disturbed.served.length - ofRuns.length).toBeLessThanOrEqual(2 * (kills + 1));

  // Whatever was made again was in flight at a kill: it began before, and its next time after.
  const again = [...times.values()].flatMap((made) => made.slice(0, -1).map((call, place) => ({ call, next: made[place + 1] })));
  const notInFlight = again.filter(
    ({ call, next }) => !disturbed.killedAtMs.some((atMs) => call.beganMs <= atMs && atMs <= (next?.beganMs ?? 0)),
  );
  expect(notInFlight).toEqual([]);
  // Of each slot the call that was at the server, and perhaps the one before it, whose reply was just being put on record.
  const answered = again.filter(({ call }) => !call.cutOff);
  for (const those of [again.length - answered.length, answered.length]) expect(those).toBeLessThanOrEqual(callsAtOnce * kills);
  // And the extra tokens are those of these calls.
  const extraTokens = tokensOf(ofRuns) - tokensOf([...once.values()].flat());
  expect(extraTokens).toBe(tokensOf(again.map(({ call }) => call)));
  console.info(
    `${kills} kills, ${once.size} calls without; ${again.length} in flight were made again, for ${extraTokens} tokens of ${tokensOf(ofRuns)}`,
  );
});
