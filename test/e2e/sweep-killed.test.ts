import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import type { ServedCall } from '../../services/simulator/access-log.ts';
import { learnBenchmarks } from '../../services/simulator/learn-benchmarks.ts';
import { startSimulator } from '../../services/simulator/start-simulator.ts';
import { clusterProcesses } from '../support/local-run.ts';
import { startCli } from '../support/run-cli.ts';

const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
const kills = Number(process.env.SCALE_SWEEP_KILLS ?? 3);
const callsAtOnce = 4;

/** The sweep's cells as the command tells them, what the model's server counted, and how often everything was killed. */
async function sweep(wantedKills: number) {
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
  for (let done = 0; ; ) {
    const command = startCli(['sweep', path, '--data-dir', join(folder, 'data'), '--json']);
    let over = false;
    void command.ended.then(() => {
      over = true;
    });
    const next = served.length + 3 + randomInteger(random, 30);
    while (!over && (done === wantedKills || served.length < next)) await sleep(5);
    if (over) {
      const { code, stdout, stderr } = await command.ended;
      expect(code, stderr).toBe(0);
      return { runs: JSON.parse(stdout).runs as Record<string, unknown>[], calls: served.length, done };
    }
    const parts = [...(await clusterProcesses(command.child.pid ?? 0)).values()].flat();
    for (const pid of parts) process.kill(pid, 'SIGKILL');
    command.child.kill('SIGKILL');
    await command.ended;
    done += 1;
  }
}

const plain = ({ labels, state, runId, score, tokens, earlierRunIds }: Record<string, unknown>) => ({
  ...{ labels, state, runId, score, tokens, earlierRunIds },
});

test(`kill -9 of everything, ${kills} times, and the same command after each: the same results, and only calls in flight are made again`, async () => {
  console.info(`seed ${seed}; SCALE_TEST_SEED sets it, SCALE_SWEEP_KILLS how often`);
  const undisturbed = await sweep(0);
  const disturbed = await sweep(kills);
  expect(disturbed.done).toBeGreaterThan(0);
  expect(disturbed.runs.map(plain)).toEqual(undisturbed.runs.map(plain));
  // Each start of the command tries both models once.
  const tried = 2 * disturbed.done;
  const again = disturbed.calls - undisturbed.calls - tried;
  console.info(`${disturbed.done} kills, ${undisturbed.calls} calls without, ${again} calls made again`);
  expect(again).toBeLessThanOrEqual(callsAtOnce * disturbed.done);
  expect(again).toBeGreaterThanOrEqual(-tried);
}, 600_000);
