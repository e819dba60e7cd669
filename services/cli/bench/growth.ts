import { z } from 'zod';
import type { Cli } from '../cli.ts';
import type { Bench, BenchRow } from './bench.ts';
import { cpuBetween, type ProcessSample, residentAt, sampleProcesses } from './process-samples.ts';
import { firstAfter, restartAfter } from './restart.ts';
import { type PreparedSearch, prepareSearch } from './run-search.ts';
import type { ServedCall } from './served-calls.ts';

const slots = 64;
const rounds = 10;
/** What is left to do when the cluster dies, so that there is a next call besides those that were in flight. */
const leftOver = 2_000;
/** What the project has set itself, on two cores, for a hundred thousand executions. */
const goals = { commandMs: 0.2, flat: 1.2, coordinatorMb: 80, answerSeconds: 1.5, restartSeconds: 1.5 };

/** How much more a long run costs than a short one, result by result and byte by byte. */
export const growthBench: Bench = {
  name: 'growth',
  description:
    'results per second, CPU and memory by the number of finished executions; then kill -9 of everything, the way back to the next call, scale list and scale status',
  run: async (cli, { quick }) => {
    const executions = quick ? 2_000 : 100_000;
    const queries = Math.ceil((executions + (quick ? 4 * slots : leftOver)) / rounds);
    await using prepared = await prepareSearch(cli, {
      queries,
      settings: `preset: aflow\nsearch: { max_rounds: ${rounds} }\nevaluation: { method: full, warm_up_rounds: 0 }`,
      ...{ executors: 1, slots, maxConcurrency: slots, latencyMs: 0 },
    });
    const command = prepared.begin();
    const [samples, again] = await Promise.all([
      sampleProcesses(command.pid, quick ? 50 : 500, cli.interrupts.requested),
      restartAfter(cli, prepared, command, executions),
    ]);
    const busUpMs = await again.busUp;
    const { runId } = runAnswer.parse(JSON.parse(await again.command.ended));
    const list = await askSeconds(cli, prepared, ['list']);
    const status = await askSeconds(cli, prepared, ['status', runId]);
    const calls = await prepared.calls();
    const ends = jobEnds(calls.filter(({ endedMs }) => endedMs < again.beganMs));
    const stages = growthStages(ends, samples, quick ? 2 : 5);
    const [first, last] = [stages[0], stages.at(-1)];
    const grown = (last?.coordinatorMb ?? Number.NaN) - residentAt(samples, 'coordinator', ends[999] ?? Number.NaN);
    const flat = (last?.commandCpuMs ?? Number.NaN) / (first?.commandCpuMs ?? Number.NaN);
    return {
      rows: [
        ...stages.flatMap((stage) => stageRows(stage, stages[0] ?? stage)),
        goal("the command's CPU in the last part", last?.commandCpuMs ?? Number.NaN, 'ms per result', goals.commandMs),
        goal("the command's CPU in the last part, over the first", flat, '', goals.flat),
        goal(`the coordinator's memory, grown from 1000 to ${last?.finished} results`, grown, 'MB', goals.coordinatorMb),
        goal('killed: from the NATS server being up to the next call', firstAfter(calls, busUpMs), 's', goals.restartSeconds),
        row('killed: from the command to the next call', 's', firstAfter(calls, again.beganMs)),
        row('killed: from the command to the NATS server being up', 's', (busUpMs - again.beganMs) / 1000),
        goal('scale list', list, 's', goals.answerSeconds),
        goal('scale status', status, 's', goals.answerSeconds),
      ],
      notes: [
        `${rounds} rounds of ${queries} executions and calls of no latency, one executor of ${slots} slots. Every process was killed after ${executions} results, and the same command went on; \`list\` and \`status\` start a cluster for themselves after it. The limit of a part is the first part of the same run; the other limits are the goals for 100,000 executions.`,
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

function goal(name: string, value: number, unit: string, limit: number): BenchRow {
  return { name, value, unit, limit, ratio: value / limit };
}

function row(name: string, unit: string, value: number): BenchRow {
  return { name, value, unit };
}

export interface GrowthStage {
  /** Executions that had ended at its end. */
  readonly finished: number;
  readonly resultsPerSecond: number;
  readonly commandCpuMs: number;
  readonly coordinatorCpuMs: number;
  readonly coordinatorMb: number;
}

/**
 * Equal parts of a run by its results.
 * @param ends of jobs, in milliseconds since 1970, in order
 */
export function growthStages(ends: readonly number[], samples: readonly ProcessSample[], count: number): GrowthStage[] {
  return Array.from({ length: count }, (_, stage) => {
    const [from, to] = [stage, stage + 1].map((part) => Math.floor(((ends.length - 1) * part) / count)) as [number, number];
    const [fromMs, toMs] = [ends[from] ?? Number.NaN, ends[to] ?? Number.NaN];
    const cpuMs = (role: 'command' | 'coordinator') => (1000 * cpuBetween(samples, role, fromMs, toMs)) / (to - from);
    return {
      finished: to + 1,
      resultsPerSecond: (1000 * (to - from)) / (toMs - fromMs),
      commandCpuMs: cpuMs('command'),
      coordinatorCpuMs: cpuMs('coordinator'),
      coordinatorMb: residentAt(samples, 'coordinator', toMs),
    };
  });
}

function stageRows(stage: GrowthStage, first: GrowthStage): BenchRow[] {
  const compare = (name: string, unit: string, figure: (stage: GrowthStage) => number): BenchRow =>
    goal(`to ${stage.finished} results: ${name}`, figure(stage), unit, figure(first));
  return [
    compare('results', 'results/s', ({ resultsPerSecond }) => resultsPerSecond),
    compare("the command's CPU", 'ms per result', ({ commandCpuMs }) => commandCpuMs),
    compare("the coordinator's CPU", 'ms per result', ({ coordinatorCpuMs }) => coordinatorCpuMs),
    compare("the coordinator's memory", 'MB', ({ coordinatorMb }) => coordinatorMb),
  ];
}

/** When the last call of each job ended, in order. */
export function jobEnds(calls: readonly ServedCall[]): number[] {
  const ends = new Map<string, number>();
  for (const { jobId, endedMs } of calls) ends.set(jobId, Math.max(endedMs, ends.get(jobId) ?? 0));
  return [...ends.values()].sort((one, other) => one - other);
}

async function askSeconds(cli: Cli, prepared: PreparedSearch, words: readonly string[]): Promise<number> {
  const began = performance.now();
  await prepared.ask(words);
  cli.interrupts.requested.throwIfAborted();
  return (performance.now() - began) / 1000;
}

const runAnswer = z.object({ runId: z.string() });
