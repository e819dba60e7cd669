import { z } from 'zod';
import type { Cli } from '../cli.ts';
import type { Bench, BenchRow } from './bench.ts';
import { cpuBetween, type ProcessSample, residentAt, sampleProcesses } from './process-samples.ts';
import { type PreparedSearch, prepareSearch } from './run-search.ts';
import type { ServedCall } from './served-calls.ts';

const slots = 64;
const rounds = 10;

/** How much more a long run costs than a short one, result by result and byte by byte. */
export const growthBench: Bench = {
  name: 'growth',
  description: 'results per second, CPU and memory by the number of finished executions, and `status` and `list` after them',
  run: async (cli, { quick }) => {
    const executions = quick ? 500 : 20_000;
    await using prepared = await prepareSearch(cli, {
      queries: executions / rounds,
      settings: `preset: aflow\nsearch: { max_rounds: ${rounds} }\nevaluation: { method: full, warm_up_rounds: 0 }`,
      ...{ executors: 1, slots, maxConcurrency: slots, latencyMs: 0 },
    });
    const { list: emptyList } = await askSeconds(cli, prepared, undefined);
    const command = prepared.begin();
    const [samples, printed] = await Promise.all([
      sampleProcesses(command.pid, quick ? 50 : 500, cli.interrupts.requested),
      command.ended,
    ]);
    const { list, status } = await askSeconds(cli, prepared, runIdIn(printed));
    const stages = growthStages(jobEnds(await prepared.calls()), samples, quick ? 2 : 5);
    return {
      rows: [
        ...stages.flatMap((stage) => stageRows(stage, stages[0] ?? stage)),
        { name: 'scale list, over that of an empty folder', value: list, unit: 's', limit: emptyList, ratio: list / emptyList },
        {
          name: 'scale status, over `list` of an empty folder',
          value: status,
          unit: 's',
          limit: emptyList,
          ratio: status / emptyList,
        },
      ],
      notes: [
        `${rounds} rounds of ${executions / rounds} executions and calls of no latency, one executor of ${slots} slots. The limit is the first stage of the same run: nothing should grow but memory.`,
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

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
  const row = (name: string, unit: string, figure: (stage: GrowthStage) => number): BenchRow => {
    const [value, limit] = [figure(stage), figure(first)];
    return { name: `to ${stage.finished} results: ${name}`, value, unit, limit, ratio: value / limit };
  };
  return [
    row('results', 'results/s', ({ resultsPerSecond }) => resultsPerSecond),
    row("the command's CPU", 'ms per result', ({ commandCpuMs }) => commandCpuMs),
    row("the coordinator's CPU", 'ms per result', ({ coordinatorCpuMs }) => coordinatorCpuMs),
    row("the coordinator's memory", 'MB', ({ coordinatorMb }) => coordinatorMb),
  ];
}

/** When the last call of each job ended, in order. */
export function jobEnds(calls: readonly ServedCall[]): number[] {
  const ends = new Map<string, number>();
  for (const { jobId, endedMs } of calls) ends.set(jobId, Math.max(endedMs, ends.get(jobId) ?? 0));
  return [...ends.values()].sort((one, other) => one - other);
}

/** @param run whose status is asked for; without one, only the list is */
async function askSeconds(
  cli: Cli,
  prepared: PreparedSearch,
  run: string | undefined,
): Promise<{ readonly list: number; readonly status: number }> {
  const seconds = async (words: readonly string[]): Promise<number> => {
    const began = performance.now();
    await prepared.ask(words);
    cli.interrupts.requested.throwIfAborted();
    return (performance.now() - began) / 1000;
  };
  return { list: await seconds(['list']), status: run === undefined ? Number.NaN : await seconds(['status', run]) };
}

const runAnswer = z.object({ runId: z.string() });

function runIdIn(printed: string): string {
  return runAnswer.parse(JSON.parse(printed)).runId;
}
