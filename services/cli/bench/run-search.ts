import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { RunEvent } from '../../domain/run/event.ts';
import { decodeEvent } from '../../shared/contracts/event-codec.ts';
import { decodeRunLogFile } from '../../shared/contracts/run-log-file.ts';
import { onAbort } from '../../shared/lifecycle/abort.ts';
import type { Cli } from '../cli.ts';
import { type ChildService, mainOf, startChildService } from '../cluster/child-service.ts';
import { plainEnvironment } from '../cluster/service-environment.ts';
import { writeMadeUpBenchmark } from './made-up-benchmark.ts';
import { readServedCalls, type ServedCall } from './served-calls.ts';

/** A search on a cluster of its own against simulated endpoints whose time per call is known. */
export interface SearchToBench {
  readonly queries: number;
  /** The groups `search` and `evaluation` of a run file, as YAML. */
  readonly settings: string;
  readonly executors: number;
  /** Jobs in flight of all executors together. */
  readonly slots: number;
  /** Calls that the endpoint is asked for at once. */
  readonly maxConcurrency: number;
  readonly latencyMs: number;
  /** More settings of the simulated endpoint. */
  readonly endpoint?: Readonly<Record<string, string>>;
}

export interface BenchedSearch {
  /** Of the command, from its start to its end. */
  readonly seconds: number;
  /** From the command's start to the first call's beginning. */
  readonly secondsToFirstCall: number;
  readonly calls: readonly ServedCall[];
  readonly events: readonly RunEvent[];
}

/** @throws Error if the search did not end well, with the end of its output */
export async function runSearch(cli: Cli, search: SearchToBench): Promise<BenchedSearch> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-bench-'));
  let endpoint: ChildService | undefined;
  try {
    const benchmark = await writeMadeUpBenchmark(folder, search.queries);
    const accessLog = join(folder, 'calls.jsonl');
    endpoint = await startEndpoint(cli, search, benchmark, accessLog);
    const runFile = join(folder, 'search.yaml');
    await writeFile(runFile, runFileOf(search, endpoint.addresses.models ?? ''));
    const beganMs = performance.timeOrigin + performance.now();
    await runCommand(cli, ['run', runFile, '--data-dir', join(folder, 'cluster'), '--json']);
    const seconds = (performance.timeOrigin + performance.now() - beganMs) / 1000;
    // Lines are written as calls end; the last ones are there when the endpoint has stopped.
    await endpoint.stop();
    // The look at the endpoint before the run begins belongs to no job.
    const calls = (await readServedCalls([accessLog])).filter(({ jobId }) => jobId !== '');
    return { seconds, secondsToFirstCall: ((calls[0]?.beganMs ?? beganMs) - beganMs) / 1000, calls, events: await logIn(folder) };
  } finally {
    await endpoint?.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

function startEndpoint(cli: Cli, search: SearchToBench, benchmark: string, accessLog: string): Promise<ChildService> {
  const environment = {
    ...plainEnvironment(cli.environment),
    SCALE_SIMULATOR_HOST: '127.0.0.1',
    SCALE_SIMULATOR_PORT: '0',
    SCALE_SIMULATOR_BENCHMARKS: [benchmark].join(delimiter),
    SCALE_SIMULATOR_FIRST_TOKEN_MS: String(search.latencyMs),
    SCALE_SIMULATOR_TOKENS_PER_SECOND: '0',
    SCALE_SIMULATOR_MAX_SEQUENCES: '1000',
    SCALE_SIMULATOR_ACCESS_LOG: accessLog,
    SCALE_PARENT_LEASH: 'ipc',
    SCALE_LOG_LEVEL: 'warn',
    ...search.endpoint,
  };
  return startChildService({ name: 'endpoint', script: mainOf('simulator'), environment }, cli.interrupts.requested);
}

function runFileOf({ settings, executors, slots, maxConcurrency }: SearchToBench, baseUrl: string): string {
  return `name: bench
seed: 1
benchmark: sums.yaml
models: { executor: { model: qwen-plus, endpoint: bench }, optimizer: { model: qwen3-8b, endpoint: bench } }
endpoints: { bench: { base_url: "${baseUrl}", max_concurrency: ${maxConcurrency} } }
cluster: { executors: ${executors}, slots: ${Math.ceil(slots / executors)} }
${settings}
`;
}

async function runCommand(cli: Cli, words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [mainOf('cli'), ...words], {
    env: { ...plainEnvironment(cli.environment), NO_COLOR: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // Ctrl-C reaches this command alone, which passes it on.
    detached: true,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4000);
  });
  using _stopping = onAbort(cli.interrupts.requested, () => void child.kill('SIGTERM'));
  const [code] = await once(child, 'close');
  cli.interrupts.requested.throwIfAborted();
  if (code !== 0)
    throw new Error(`\`scale ${words.join(' ')}\` ended with ${code}: ${said.trim().split('\n').slice(-5).join('\n')}`);
}

async function logIn(folder: string): Promise<RunEvent[]> {
  const runs = join(folder, 'cluster', 'runs');
  const [run = ''] = await readdir(runs);
  return decodeRunLogFile(await readFile(join(runs, run, 'events.binpb'))).map((entry) => decodeEvent(entry).event);
}
