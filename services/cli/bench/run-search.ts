import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { RunEvent } from '../../domain/run/event.ts';
import { decodeEvent } from '../../shared/contracts/event-codec.ts';
import { decodeRunLogFile } from '../../shared/contracts/run-log-file.ts';
import type { Cli } from '../cli.ts';
import { type ChildService, mainOf, startChildService } from '../cluster/child-service.ts';
import { plainEnvironment } from '../cluster/service-environment.ts';
import { openBenchCluster } from './bench-cluster.ts';
import { writeMadeUpBenchmark } from './made-up-benchmark.ts';
import { type ScaleCommand, startScale } from './scale-command.ts';
import { type RefusedCall, readRefusedCalls, readServedCalls, type ServedCall } from './served-calls.ts';

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
  /** The endpoint's program. Default: the simulated model. */
  readonly program?: string;
  /** The first workflow, as YAML. Default: one call. */
  readonly workflow?: string;
  /** What compares answers: a kind of scorer without settings. Default: number. */
  readonly scorer?: string;
}

/** One workflow, executed on each query, and nothing else. */
export const oneEvaluation = 'preset: aflow\nsearch: { max_rounds: 1 }\nevaluation: { method: full, warm_up_rounds: 0 }';

export interface PreparedSearch extends AsyncDisposable {
  readonly folder: string;
  readonly runFile: string;
  /** Of the simulated endpoint. */
  readonly baseUrl: string;
  readonly accessLog: string;
  /** Starts the search, or continues it. */
  begin(): ScaleCommand;
  /** Another command on the same cluster's folder; what it prints. */
  ask(words: readonly string[]): Promise<string>;
  /** Stops the endpoint: its last lines are there when it has ended. Calls of no job are left out. */
  calls(): Promise<readonly ServedCall[]>;
}

/** A folder with a run file, its benchmark and a simulated endpoint that listens; all end with it. */
export async function prepareSearch(cli: Cli, search: SearchToBench): Promise<PreparedSearch> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-bench-'));
  let endpoint: ChildService | undefined;
  const release = async (): Promise<void> => {
    await endpoint?.kill();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const benchmark = await writeMadeUpBenchmark(folder, search.queries, search.scorer);
    const accessLog = join(folder, 'calls.jsonl');
    const withRefusals = { SCALE_SIMULATOR_REFUSAL_LOG: refusalLogIn(folder), ...search.endpoint };
    const served = await startEndpoint(cli, { ...search, endpoint: withRefusals, benchmark, accessLog });
    endpoint = served;
    const baseUrl = served.addresses.models ?? '';
    const runFile = join(folder, 'search.yaml');
    await writeFile(runFile, runFileOf(search, `"${baseUrl}"`));
    if (search.workflow !== undefined) await writeFile(join(folder, 'workflow.yaml'), search.workflow);
    const onFolder = ['--data-dir', join(folder, 'cluster'), '--json'];
    return {
      ...{ folder, runFile, baseUrl, accessLog },
      begin: () => startScale(cli, ['run', runFile, ...onFolder]),
      ask: (words) => startScale(cli, [...words, ...onFolder]).ended,
      calls: async () => {
        await served.stop();
        return (await readServedCalls([accessLog])).filter(({ jobId }) => jobId !== '');
      },
      [Symbol.asyncDispose]: release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function refusalLogIn(folder: string): string {
  return join(folder, 'refusals.jsonl');
}

export interface BenchedSearch {
  /** Of the command, from its start to its end. */
  readonly seconds: number;
  /** From the command's start to the first call's beginning. */
  readonly secondsToFirstCall: number;
  readonly calls: readonly ServedCall[];
  readonly refused: readonly RefusedCall[];
  readonly events: readonly RunEvent[];
}

/** @throws Error if the search did not end well, with the end of its output */
export async function runSearch(cli: Cli, search: SearchToBench): Promise<BenchedSearch> {
  await using prepared = await prepareSearch(cli, search);
  const beganMs = epochMs();
  await prepared.begin().ended;
  const seconds = (epochMs() - beganMs) / 1000;
  const calls = await prepared.calls();
  const refused = await readRefusedCalls(refusalLogIn(prepared.folder));
  const events = await logIn(prepared.folder);
  return { seconds, secondsToFirstCall: ((calls[0]?.beganMs ?? beganMs) - beganMs) / 1000, calls, refused, events };
}

/** Another search, then this one, on the same cluster, whose processes have done all that it asks of them once before. */
export async function runSearchAfterAnother(
  cli: Cli,
  search: SearchToBench,
): Promise<Pick<BenchedSearch, 'seconds' | 'calls' | 'events'>> {
  await using prepared = await prepareSearch(cli, search);
  const otherFile = join(prepared.folder, 'another.yaml');
  await writeFile(otherFile, runFileOf(search, `"${prepared.baseUrl}"`, anotherSeed));
  const { executors, slots } = search;
  let beganMs: number;
  let seconds: number;
  let events: readonly RunEvent[];
  {
    await using cluster = await openBenchCluster(cli, {
      folder: prepared.folder,
      executors,
      slots: Math.ceil(slots / executors),
    });
    await cluster.run(otherFile);
    beganMs = epochMs();
    events = (await cluster.run(prepared.runFile)).events.map(({ event }) => event);
    seconds = (epochMs() - beganMs) / 1000;
  }
  const calls = (await prepared.calls()).filter((call) => call.beganMs >= beganMs);
  return { seconds, calls, events };
}

const anotherSeed = 101;

/** With fractions, and on the clock that the endpoints write down. */
export function epochMs(): number {
  return performance.timeOrigin + performance.now();
}

export interface EndpointToStart {
  readonly latencyMs: number;
  readonly benchmark: string;
  readonly accessLog: string;
  readonly endpoint?: Readonly<Record<string, string>>;
  readonly program?: string;
}

export function startEndpoint(cli: Cli, settings: EndpointToStart): Promise<ChildService> {
  const { latencyMs, benchmark, accessLog, endpoint, program = mainOf('simulator') } = settings;
  const environment = {
    ...plainEnvironment(cli.environment),
    SCALE_SIMULATOR_HOST: '127.0.0.1',
    SCALE_SIMULATOR_PORT: '0',
    SCALE_SIMULATOR_BENCHMARKS: [benchmark].join(delimiter),
    SCALE_SIMULATOR_FIRST_TOKEN_MS: String(latencyMs),
    SCALE_SIMULATOR_TOKENS_PER_SECOND: '0',
    SCALE_SIMULATOR_MAX_SEQUENCES: '1000',
    SCALE_SIMULATOR_ACCESS_LOG: accessLog,
    SCALE_PARENT_LEASH: 'ipc',
    SCALE_LOG_LEVEL: 'warn',
    ...endpoint,
  };
  return startChildService({ name: 'endpoint', script: program, environment }, cli.interrupts.requested);
}

/** @param baseUrl as YAML: an address, or a list of them */
export function runFileOf(
  { settings, executors, slots, maxConcurrency, workflow }: Omit<SearchToBench, 'queries' | 'latencyMs'>,
  baseUrl: string,
  seed = 1,
): string {
  return `name: bench
seed: ${seed}
benchmark: sums.yaml
models: { executor: { model: qwen-plus, endpoint: bench }, optimizer: { model: qwen3-8b, endpoint: bench } }
endpoints: { bench: { base_url: ${baseUrl}, max_concurrency: ${maxConcurrency} } }
cluster: { executors: ${executors}, slots: ${Math.ceil(slots / executors)} }
${workflow === undefined ? '' : 'initial_workflow: workflow.yaml\n'}${settings}
`;
}

async function logIn(folder: string): Promise<RunEvent[]> {
  const runs = join(folder, 'cluster', 'runs');
  const [run = ''] = await readdir(runs);
  return decodeRunLogFile(await readFile(join(runs, run, 'events.binpb'))).map((entry) => decodeEvent(entry).event);
}
