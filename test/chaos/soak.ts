import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { randomStream } from '../../services/domain/random.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { type ChaosCluster, type Member, startChaosCluster } from '../support/cluster/chaos-cluster.ts';
import { growthOf, type ProcessLook, type RunEvidence } from '../support/cluster/cluster-checker.ts';
import { fakedClock } from '../support/faults/fake-time.ts';
import { drawFault } from '../support/faults/random-faults.ts';

/**
 * A cluster of real processes at work for minutes while something breaks every few seconds; then what the checker says, and
 * whether anybody has grown. Started by scripts/soak, which says how.
 */
const usage = `usage: scripts/soak [--minutes M] [--seed S] [--every SECONDS] [--model simulated|real] [--out DIR]

Two sweeps on two benchmarks at a time, cell after cell, while a random fault comes every few seconds. At the end each run is
checked: exactly one result a job, a log that replays to what the coordinator held, no call paid for again once it was on record,
empty queues, and memory and descriptors that do not grow. Exit status 0: nothing was found; 1: something was; 2: wrong usage.

  --minutes M    how long; default 20
  --seed S       which faults; default 1
  --every S      seconds between two faults; default 5
  --model real   two real llama-servers in place of the simulated model, one of which is killed and started again every minute.
                 The program and the model are looked for in --llama DIR (llama-server, *.gguf)
  --llama DIR    default: ~/.cache/scale-local-model
  --out DIR      where the series of figures (looks.jsonl), the faults (faults.jsonl) and summary.json go; default: a new folder
`;

const never = new AbortController().signal;
const cellsAtATime = 3;
const project = join(import.meta.dirname, '../..');

function settingsFrom(words: readonly string[]) {
  const { values } = parseArgs({
    args: [...words],
    options: {
      minutes: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      every: { type: 'string', default: '5' },
      model: { type: 'string', default: 'simulated' },
      llama: { type: 'string', default: join(homedir(), '.cache/scale-local-model') },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const positive = (name: 'minutes' | 'every'): number => {
    const value = Number(values[name]);
    if (!(value > 0)) throw new Error(`--${name} must be a number above 0, not ${values[name]}`);
    return value;
  };
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error(`--seed must be a whole number, not ${values.seed}`);
  if (values.model !== 'simulated' && values.model !== 'real') throw new Error('--model must be simulated or real');
  const [minutes, everySeconds] = [positive('minutes'), positive('every')];
  return { ...values, minutes, everySeconds, seed, isReal: values.model === 'real' };
}

type Settings = ReturnType<typeof settingsFrom>;

/** One of the two sweeps that always go on: it gets more cells until the time is over. */
interface Lane {
  readonly name: string;
  readonly benchmark: string;
}

const lanes: readonly Lane[] = [
  { name: 'problems', benchmark: '{ name: sample, limit: 60 }' },
  { name: 'messages', benchmark: join(project, 'examples/custom-benchmark/benchmark.yaml') },
];

interface CheckedRun {
  readonly runId: string;
  readonly executions: number;
  readonly calls: number;
  readonly violations: readonly string[];
}

async function soak(settings: Settings): Promise<number> {
  const { minutes, seed, everySeconds, isReal } = settings;
  const out = resolve(settings.out ?? (await mkdtemp(join(tmpdir(), 'scale-soak-out-'))));
  await mkdir(out, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'scale-soak-'));
  const [faultLines, lookLines] = ['faults.jsonl', 'looks.jsonl'].map((name) => createWriteStream(join(out, name)));
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 100) / 10;
  const say = (what: string) => console.log(`${seconds().toFixed(1).padStart(7)} s  ${what}`);
  say(`soak of ${minutes} minutes, seed ${seed}, ${settings.model} model; figures in ${out}`);

  const clocks = isReal ? undefined : await fakedClock(folder);
  if (clocks === undefined && !isReal) say('libfaketime is not here: clocks do not jump');
  const llamas = isReal ? await startLlamas(settings.llama, folder) : [];
  const cluster = await startChaosCluster({
    ...{ executors: isReal ? 2 : 3, coordinators: 2, predictors: 2, slots: isReal ? 4 : 8, firstTokenMs: 150, seed },
    ...{ leaseMs: 3_000, ackWaitMs: 8_000 },
    benchmarkFiles: [lanes[1]?.benchmark ?? ''],
    environment: (name) => ({ ...clocks?.environment(name) }),
  });
  const untilMs = performance.now() + minutes * 60_000;
  const goesOn = () => performance.now() < untilMs;
  const checked: CheckedRun[] = [];
  const looks: ProcessLook[] = [];
  const faults: string[] = [];
  const live = new Map<string, number>();
  let isOver = false;

  const check = async (runId: string): Promise<void> => {
    const { violations, evidence } = await checkInTheEnd(cluster, runId, isReal);
    const { size } = new Set(evidence.results.map(({ jobId }) => jobId));
    checked.push({ runId, violations, executions: size, calls: evidence.served.length });
    if (violations.length > 0) await writeFile(join(out, `${runId}.json`), JSON.stringify({ violations, ...evidence }));
    forget(cluster, evidence);
    say(`${runId}: ${size} results, ${violations.length === 0 ? 'clean' : violations.join('; ')}`);
  };
  const sweep = async (lane: Lane): Promise<void> => {
    const seen = new Set<string>();
    for (let batch = 0; goesOn(); batch += 1) {
      const numbers = Array.from({ length: cellsAtATime }, (_, place) => 1 + batch * cellsAtATime + place);
      const files = await Promise.all(
        numbers.map(async (number) => {
          const path = join(folder, `${lane.name}-${number}.yaml`);
          await writeFile(path, isReal ? realRun(lane, number, llamas) : simulatedRun(lane, number, seed));
          return { number, file: await readRunFile(path) };
        }),
      );
      const sweepId = await cluster.beginSweep(lane.name, files);
      for (let isDone = false; !isDone; ) {
        await sleep(1_000);
        const view = await cluster.ask((client) => client.getSweep(sweepId, never)).catch(() => undefined);
        if (view === undefined) continue;
        for (const { runId, state } of view.cells) {
          if (runId === undefined || seen.has(runId)) continue;
          if (state === 'running') live.set(runId, live.get(runId) ?? 0);
          if (state !== 'completed' && state !== 'failed') continue;
          seen.add(runId);
          live.delete(runId);
          await check(runId);
        }
        isDone = view.summary?.isOver === true;
      }
    }
  };
  const spoil = async (): Promise<void> => {
    const random = randomStream(seed, 'soak');
    const underWay = new Set<Promise<void>>();
    while (goesOn()) {
      await sleep(everySeconds * 1_000);
      const fault = isReal
        ? llamaFault(llamas)
        : drawFault(cluster, random, {
            isSpared,
            longestMs: 12_000,
            ...(clocks === undefined ? {} : { jumpClock: clocks.jump }),
          });
      faults.push(fault.what);
      faultLines?.write(`${JSON.stringify({ atSeconds: seconds(), what: fault.what })}\n`);
      const happening = fault
        .happens()
        .catch((error: unknown) => say(`the fault "${fault.what}" could not be made: ${String(error)}`))
        .finally(() => underWay.delete(happening));
      underWay.add(happening);
    }
    await Promise.all(underWay);
  };
  const watch = async (): Promise<void> => {
    while (!isOver) {
      for (const runId of live.keys()) {
        const ids = await cluster.bus.results.jobIds(runId).catch(() => undefined);
        if (ids !== undefined && live.has(runId)) live.set(runId, ids.size);
      }
      const present = await cluster.look([...live.values()].reduce((sum, size) => sum + size, 0));
      looks.push(...present);
      for (const look of present) lookLines?.write(`${JSON.stringify({ ...look, atSeconds: seconds() })}\n`);
      await sleep(2_000);
    }
  };
  const watching = watch();
  try {
    await Promise.all([...lanes.map(sweep), spoil()]);
  } finally {
    isOver = true;
    await watching;
  }
  const left = await leftInTheCluster(cluster);
  const crashes = cluster.members.flatMap(({ name, ownDeaths }) => ownDeaths.map((how) => `${name} ${how} by itself`));
  const isLasting = (name: string) => cluster.members.some((each) => each.name === name && isSpared(each));
  const grown = growthOf(looks.filter(({ name }) => isLasting(name)));
  // It is killed now and then, and keeps the results of ended runs: what it takes is told, and not judged.
  const [server] = growthOf(looks.filter(({ name }) => name === 'nats-server'));
  await cluster[Symbol.asyncDispose]();
  for (const llama of llamas) llama.child?.kill('SIGKILL');
  const violations = [
    ...checked.flatMap(({ runId, violations: found }) => found.map((each) => `${runId}: ${each}`)),
    ...grown.flatMap((each) => each.violations),
    ...left,
    ...crashes,
  ];
  const summary = {
    ...{ minutes, seed, model: settings.model },
    runs: checked.length,
    results: checked.reduce((sum, { executions }) => sum + executions, 0),
    calls: checked.reduce((sum, { calls }) => sum + calls, 0),
    faults: faults.length,
    growth: [...grown, ...(server === undefined ? [] : [server])].map(({ name, residentMb, descriptors }) => ({
      name,
      residentMb: residentMb.map(Math.round),
      descriptors,
    })),
    violations,
  };
  await writeFile(join(out, 'summary.json'), `${JSON.stringify(summary, undefined, 2)}\n`);
  say(`${summary.runs} runs with ${summary.results} results and ${summary.calls} calls, ${summary.faults} faults`);
  for (const { name, residentMb, descriptors } of [...grown, ...(server === undefined ? [] : [server])]) {
    say(
      `${name}: ${Math.round(residentMb[0])} MB and ${descriptors[0]} descriptors in the second quarter, ${Math.round(residentMb[1])} MB and ${descriptors[1]} in the last`,
    );
  }
  for (const violation of violations) say(`VIOLATION ${violation}`);
  say(violations.length === 0 ? 'the checker found nothing' : `${violations.length} violations`);
  await Promise.all([faultLines, lookLines].map((lines) => lines && new Promise((done) => lines.end(done))));
  await rm(folder, { recursive: true, force: true });
  return violations.length === 0 ? 0 : 1;
}

/** The first of each kind lives all the time. */
function isSpared({ name }: Member): boolean {
  return name.endsWith('-1');
}

function simulatedRun({ name, benchmark }: Lane, number: number, seed: number): string {
  return `name: ${name}
seed: ${seed * 10_000 + number}
benchmark: ${benchmark}
search: { max_rounds: 8, memory: off, parallelism: ${1 + (number % 3)} }
evaluation: { method: ${['full', 'scale', 'few-shot'][number % 3]}, warm_up_rounds: 2, few_shot_ratio: 0.2 }
`;
}

function realRun({ name, benchmark }: Lane, number: number, llamas: readonly Llama[]): string {
  const limited = benchmark.startsWith('{') ? '{ name: sample, limit: 4 }' : `{ name: ${benchmark}, limit: 4 }`;
  return `name: ${name}-${number}
seed: ${number}
benchmark: ${limited}
models:
  executor: { endpoint: both, model: gemma3-270m, max_tokens: 100 }
  optimizer: { endpoint: both, model: gemma3-270m, max_tokens: 200 }
endpoints:
  both: { base_url: [${llamas.map(({ port }) => `"http://127.0.0.1:${port}/v1"`).join(', ')}], max_concurrency: 4, timeout_seconds: 60 }
search: { max_rounds: 3, memory: off, proposal_attempts: 2, final_pick: argmax }
evaluation: { method: scale, warm_up_rounds: 1, few_shot_ratio: 0.5 }
`;
}

/** What is late at the end of a run comes within half a minute: what is found then stays. */
async function checkInTheEnd(cluster: ChaosCluster, runId: string, isReal: boolean) {
  for (let tries = 0; ; tries += 1) {
    try {
      const { violations, evidence } = await cluster.check(runId);
      // A real server says nothing of its calls.
      const found = isReal ? violations.filter((each) => !/server has counted/.test(each)) : violations;
      if (found.length === 0 || tries > 60) return { violations: found, evidence };
    } catch (error) {
      if (tries > 60) throw error;
    }
    await sleep(500);
  }
}

/** Calls of a checked run are not needed any more. */
function forget({ served }: ChaosCluster, { served: ofRun }: RunEvidence): void {
  const done = new Set(ofRun);
  const left = served.filter((call) => !done.has(call));
  served.splice(0, served.length, ...left);
}

/** Once all runs have ended: queues and lanes, unreadable messages, and calls of nobody. */
async function leftInTheCluster({ connection, bus, served }: ChaosCluster): Promise<string[]> {
  const manager = await jetstreamManager(connection);
  const lanesLeft: string[] = [];
  for (let tries = 0; tries < 20; tries += 1) {
    lanesLeft.splice(0);
    for await (const { name } of manager.consumers.list('JOBS')) lanesLeft.push(name);
    if (lanesLeft.length === 0) break;
    await sleep(500);
  }
  const fill = await bus.fill();
  const messages = (stream: string) => fill.find((each) => each.stream === stream)?.messages ?? 0;
  return [
    ...lanesLeft.map((name) => `the lane ${name} of an ended run is open`),
    ...(messages('JOBS') === 0 ? [] : [`${messages('JOBS')} jobs are in the queue`]),
    ...(messages('DEAD') === 0 ? [] : [`${messages('DEAD')} messages could not be read`]),
    ...served.map(({ jobId, callId, attemptId }) => `attempt ${attemptId} at ${callId} of ${jobId} is on no account`),
  ];
}

interface Llama {
  readonly port: number;
  child: ChildProcess | undefined;
  start(): Promise<void>;
}

async function startLlamas(folder: string, logs: string): Promise<Llama[]> {
  const llamas = await Promise.all(
    [1, 2].map(async (number): Promise<Llama> => {
      const port = await freePort();
      const llama: Llama = {
        port,
        child: undefined,
        async start() {
          const words = ['-m', join(folder, 'gemma3-270m.gguf'), '--alias', 'gemma3-270m', '--host', '127.0.0.1'];
          const log = createWriteStream(join(logs, `llama-${number}.log`), { flags: 'a' });
          await once(log, 'open');
          const environment = { ...process.env, LD_LIBRARY_PATH: join(folder, 'server') };
          llama.child = spawn(
            join(folder, 'server/llama-server'),
            [...words, '--port', String(port), '-np', '4', '-c', '16384', '--metrics', '-t', '1'],
            { env: environment, stdio: ['ignore', log, log] },
          );
          for (let tries = 0; tries < 240; tries += 1) {
            const isUp = await fetch(`http://127.0.0.1:${port}/health`).then(
              ({ ok }) => ok,
              () => false,
            );
            if (isUp) return;
            await sleep(250);
          }
          throw new Error(`llama-server does not answer on port ${port}; its log is ${logs}/llama-${number}.log`);
        },
      };
      await llama.start();
      return llama;
    }),
  );
  return llamas;
}

let killed = 0;
function llamaFault(llamas: readonly Llama[]) {
  const which = killed++ % llamas.length;
  return {
    what: `kill llama-server ${which + 1}, and start it again`,
    happens: async () => {
      const llama = llamas[which];
      const gone = llama?.child && once(llama.child, 'exit');
      llama?.child?.kill('SIGKILL');
      // Its port is free then.
      await gone;
      await llama?.start();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

try {
  const settings = settingsFrom(process.argv.slice(2));
  if (settings.help) console.log(usage);
  else
    process.exitCode = await soak(
      settings.isReal && !process.argv.includes('--every') ? { ...settings, everySeconds: 60 } : settings,
    );
} catch (error) {
  console.error(`soak: ${(error as Error).message}\n\n${usage}`);
  process.exitCode = 2;
}
