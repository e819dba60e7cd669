import { join } from 'node:path';
import { runBareCalls } from '../../shared/models/bare-calls.ts';
import type { Cli } from '../cli.ts';
import type { Bench } from './bench.ts';
import { bareJobs } from './bus.ts';
import { eventsAReply } from './events-a-reply.ts';
import { cpuBetween, type ProcessSample, sampleProcesses } from './process-samples.ts';
import { oneEvaluation, prepareSearch, type SearchToBench } from './run-search.ts';
import type { ServedCall } from './served-calls.ts';

const slots = 64;
const instruction = 'Answer with the number alone.';
const tenCalls = `workflow: 1
prompts: { solve: "${instruction}" }
steps:
  - id: answers
    parallel: 10
    steps:
      - id: answer
        call: custom
        with: { input: "{{query.question}}", instruction: solve }
    yield: "{{answer.response}}"
  - return: "{{answers[0]}}"
`;
const streamingEndpoint = join(import.meta.dirname, 'streaming-endpoint.ts');
const oneCall = tenCalls.replace('parallel: 10', 'parallel: 1');

/** What an executor spends on a call that takes no time, against what a bare loop spends. */
export const executorBench: Bench = {
  name: 'executor',
  description: "an executor's CPU per model call, against that of a bare loop of calls, pulls, results and acknowledgements",
  run: async (cli, { quick }) => {
    const calls = quick ? 400 : 20_000;
    const one = await cpuMsACall(cli, searchOf(oneCall, calls));
    const ten = await cpuMsACall(cli, searchOf(tenCalls, calls / 10));
    const streamedCalls = quick ? 200 : 4_000;
    const streamed = await cpuMsACall(cli, { ...searchOf(tenCalls, streamedCalls / 10), program: streamingEndpoint });
    const bareCall = await bareCpuMsACall(cli, searchOf(oneCall, calls), calls);
    const bareStreamed = await bareCpuMsACall(cli, { ...searchOf(oneCall, 1), program: streamingEndpoint }, streamedCalls);
    const { workerCpuMsPerJob: bareJob } = await bareJobs(cli, calls);
    const limit = bareCall + bareJob;
    return {
      rows: [
        { name: 'bare loop of calls', value: bareCall, unit: 'ms of CPU per call', ratio: 1 },
        { name: 'bare pull, result and confirmed acknowledgement', value: bareJob, unit: 'ms of CPU per job', ratio: 1 },
        { name: 'jobs of one call, over both bare loops', value: one, unit: 'ms of CPU per call', limit, ratio: one / limit },
        {
          ...{ name: 'jobs of ten calls; ratio: of the rate of the bare loop of calls', value: ten, unit: 'ms of CPU per call' },
          ...{ limit: bareCall, ratio: bareCall / ten },
        },
        { name: `bare loop of calls, ${eventsAReply} events a reply`, value: bareStreamed, unit: 'ms of CPU per call', ratio: 1 },
        {
          name: `jobs of ten calls, ${eventsAReply} events a reply; ratio: of the rate of that loop`,
          ...{ value: streamed, unit: 'ms of CPU per call', limit: bareStreamed, ratio: bareStreamed / streamed },
        },
      ],
      notes: [
        `${calls} calls of no latency, at most ${slots} at once; the first half only warms up. The bare loop is undici's fetch, which reads the same streamed bodies and parses each event as it comes. With ${eventsAReply} events a reply there are ${streamedCalls} calls, to an endpoint that writes each event by itself.`,
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

function searchOf(workflow: string, queries: number): SearchToBench {
  return { queries, settings: oneEvaluation, executors: 1, slots, maxConcurrency: slots, latencyMs: 0, workflow };
}

async function cpuMsACall(cli: Cli, search: SearchToBench): Promise<number> {
  await using prepared = await prepareSearch(cli, search);
  const command = prepared.begin();
  const [samples] = await Promise.all([sampleProcesses(command.pid, 50, cli.interrupts.requested), command.ended]);
  return executorCpuMsACall(samples, await prepared.calls());
}

/**
 * From when half of the calls had ended to when 95 % had: before it is warm, and while it only waits, an executor behaves
 * differently.
 */
export function executorCpuMsACall(samples: readonly ProcessSample[], calls: readonly ServedCall[]): number {
  const ends = calls.map(({ endedMs }) => endedMs).sort((one, other) => one - other);
  const [from, to] = [Math.floor(ends.length * 0.5), Math.floor(ends.length * 0.95)];
  const cpu = cpuBetween(samples, 'executor', ends[from] ?? Number.NaN, ends[to] ?? Number.NaN);
  return (1000 * cpu) / (to - from);
}

async function bareCpuMsACall(cli: Cli, search: SearchToBench, calls: number): Promise<number> {
  await using prepared = await prepareSearch(cli, search);
  const body = (index: number) => ({
    model: 'qwen-plus',
    messages: [
      {
        role: 'user',
        content: `${instruction}\nA shelf holds ${index + 2} books and ${3 * index + 5} more arrive. How many are there?`,
      },
    ],
    temperature: 0,
    max_tokens: 2048,
    stream: true,
    stream_options: { include_usage: true },
  });
  return await runBareCalls({ baseUrl: prepared.baseUrl, calls, atOnce: slots, body }, cli.interrupts.requested);
}
