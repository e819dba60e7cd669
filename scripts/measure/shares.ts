// Starts runs of several weights on two real executors before a server that answers so many calls at once, counts each run's
// calls by the server's own log, then starts a run with priority and says how long its first call took. docs/sharing.md has the
// figures.
//   node scripts/measure/shares.ts --seconds 60
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    'call-ms': { type: 'string', default: '400' },
    limit: { type: 'string', default: '8' },
  },
});
const [seconds, callMs, limit] = [Number(values.seconds), Number(values['call-ms']), Number(values.limit)];
const weights = [1, 2, 4];
const project = join(import.meta.dirname, '../..');
const folder = await mkdtemp(join(tmpdir(), 'scale-shares-'));
const data = join(folder, 'data');
const scale = [join(project, 'services/cli/main.ts')];

/** A run's calls are told by its temperature, which each run has another of. */
const begun: { readonly atMs: number; readonly temperature: number }[] = [];
let [inFlight, most] = [0, 0];
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (part: Buffer) => (text += part.toString()));
  request.on('end', async () => {
    if (request.method === 'GET') return void response.end(JSON.stringify({ data: [{ id: 'm', owned_by: 'scale-simulated' }] }));
    const { temperature } = JSON.parse(text) as { temperature: number };
    // The command that starts a run tries its endpoints with a call of no job.
    const isOfJob = (request.headers['x-scale-job-id'] ?? '') !== '';
    if (isOfJob) {
      inFlight += 1;
      most = Math.max(most, inFlight);
      begun.push({ atMs: Date.now(), temperature });
    }
    await sleep(callMs * (0.75 + 0.5 * Math.random()));
    if (isOfJob) inFlight -= 1;
    const message = { role: 'assistant', content: 'The answer is \\boxed{1}.' };
    const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: 'x', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }], usage }));
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;

const children: ChildProcess[] = [];
const evaluate = async (name: string, temperature: number, ...more: readonly string[]): Promise<void> => {
  const path = join(folder, `${name}.yaml`);
  const models = `executor: { endpoint: e, model: m, temperature: ${temperature}, send_seed: false }`;
  await writeFile(
    path,
    `name: ${name}\nbenchmark: sample\nmodels:\n  ${models}\n  optimizer: { endpoint: e, model: m }\nendpoints:\n  e: { base_url: "${baseUrl}", max_concurrency: ${limit} }\n`,
  );
  const workflow = join(project, 'examples/workflows/answer-then-format.yaml');
  const asked = ['eval', workflow, '--run-file', path, '--repeat', '100', '--data-dir', data, ...more];
  const child = spawn(process.execPath, [...scale, ...asked, '--json', '--executors', '2'], {
    cwd: project,
    stdio: 'ignore',
  });
  children.push(child);
};
const callsOf = (temperature: number, fromMs: number, toMs: number): number =>
  begun.filter((call) => call.temperature === temperature && call.atMs >= fromMs && call.atMs < toMs).length;
const firstOf = async (temperature: number): Promise<number> => {
  for (const sinceMs = performance.now(); performance.now() - sinceMs < 120_000; await sleep(20)) {
    const first = begun.find((call) => call.temperature === temperature);
    if (first !== undefined) return first.atMs;
  }
  throw new Error(`no call with temperature ${temperature} has come within two minutes`);
};

try {
  const temperatures = weights.map((_, run) => (run + 1) / 10);
  for (const [run, weight] of weights.entries()) {
    await evaluate(`w${weight}`, temperatures[run] ?? 0, '--weight', String(weight));
    // The first one starts the cluster that the others join.
    await firstOf(temperatures[run] ?? 0);
  }
  await sleep(5_000);
  const [fromMs, toMs] = [Date.now(), Date.now() + 1_000 * seconds];
  await sleep(1_000 * seconds);
  const made = temperatures.map((temperature) => callsOf(temperature, fromMs, toMs));
  const all = made.reduce((sum, each) => sum + each, 0);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  for (const [run, weight] of weights.entries()) {
    const off = ((made[run] ?? 0) * sum) / (all * weight) - 1;
    console.info(`weight ${weight}: ${made[run]} of ${all} calls, ${(100 * off).toFixed(1)} % from ${weight}/${sum}`);
  }
  console.info(`at most ${most} calls in flight, the limit is ${limit}`);
  await evaluate('urgent', 0.9, '--priority', '10');
  const firstMs = await firstOf(0.9);
  await sleep(10_000);
  const { stdout } = await promisify(execFile)(process.execPath, [...scale, 'list', '--json', '--data-dir', data], {
    cwd: project,
  });
  const { runs } = JSON.parse(stdout) as { runs: { createdAt: string }[] };
  const startedMs = Math.max(...runs.map(({ createdAt }) => Date.parse(createdAt)));
  const after = callsOf(0.9, firstMs + 2_000, firstMs + 8_000);
  const others = temperatures.reduce((total, each) => total + callsOf(each, firstMs + 2_000, firstMs + 8_000), 0);
  console.info(`a run with priority has its first call ${firstMs - startedMs} ms after its start`);
  console.info(`from 2 to 8 s later it has begun ${after} calls, and all others ${others}`);
} finally {
  for (const child of children.toReversed()) child.kill('SIGINT');
  await Promise.all(children.map((child) => (child.exitCode === null ? once(child, 'exit') : undefined)));
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
}
