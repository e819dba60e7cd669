import { highestOf } from '../../domain/statistics/extremes.ts';
import type { Bench, BenchRow } from './bench.ts';
import { type BenchedSearch, runSearch, type SearchToBench } from './run-search.ts';
import { type RefusedCall, type ServedCall, slotUse } from './served-calls.ts';

const slots = 50;
const latencyMs = 200;
/** Of the endpoint that refuses what comes beyond it. */
const cap = 20;
/** So that the time in which the limit is found, and that in which calls run out, count for little. */
const settled = { from: 0.25, to: 0.9 } as const;

const mixes = [
  { name: 'no errors', faults: '', perGoodCall: 0 },
  { name: '10 % errors, half 429 and half 500', faults: '429:0.05,500:0.05', perGoodCall: 0.05 },
  { name: '10 % errors, all 500', faults: '500:0.1', perGoodCall: 0.1 },
] as const;

/** What stray errors of an endpoint cost besides the calls that they make necessary, and how its limit is kept. */
export const errorsBench: Bench = {
  name: 'errors',
  description: 'full evaluations against an endpoint that fails 10 % of its calls, and one that refuses beyond a number at once',
  run: async (cli, { quick }) => {
    const rows: BenchRow[] = [];
    for (const { name, faults, perGoodCall } of mixes) {
      const run = await runSearch(cli, searchOf({ SCALE_SIMULATOR_FAULTS: faults }, quick));
      const { calls } = run;
      const { seconds, busy } = slotUse(calls, slots);
      // A 500 comes after as long as an answer, and so does its repetition; a 429 comes at once.
      const limit = (calls.length * (1 + perGoodCall / (1 - 0.1)) * latencyMs) / 1000 / slots;
      rows.push(
        { name: `${name}: first to last call`, value: seconds, unit: 's', limit, ratio: seconds / limit },
        { name: `${name}: busy`, value: busy, unit: 'of the slots', limit: 1, ratio: busy },
        { name: `${name}: longest wait of a call for its errors`, value: longestWait(run), unit: 's', limit: 5 },
      );
    }
    const endpoint = { SCALE_SIMULATOR_MAX_SEQUENCES: String(cap), SCALE_SIMULATOR_MAX_QUEUED: '0' };
    rows.push(...rowsOfCap(await runSearch(cli, searchOf(endpoint, quick))));
    return {
      rows,
      notes: [
        'The limit is calls x latency / slots, including the failed ones that take time. Busy counts answers only. A call waits for its errors from the end of its first failed attempt to the beginning of the one that is answered, less the attempts between.',
        `The endpoint with a cap answers ${cap} calls at once and refuses more, while the run file allows ${slots}. Asked at once counts what it refuses too; both rows are for the middle of the run.`,
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

function searchOf(endpoint: Readonly<Record<string, string>>, quick: boolean): SearchToBench {
  return {
    queries: quick ? 60 : 264,
    settings: `preset: aflow\nsearch: { max_rounds: ${quick ? 2 : 8}, parallelism: 4 }\nevaluation: { method: full, warm_up_rounds: 0 }`,
    executors: 1,
    ...{ slots, maxConcurrency: slots, latencyMs, endpoint },
  };
}

const keyOf = ({ jobId, callId }: Pick<ServedCall, 'jobId' | 'callId'>): string => `${jobId} ${callId}`;

function longestWait({ calls, refused }: BenchedSearch): number {
  const answers = new Map(calls.map((call) => [keyOf(call), call.beganMs]));
  const waits = [...Map.groupBy(refused, keyOf)].flatMap(([key, attempts]) => {
    const answeredMs = answers.get(key);
    if (answeredMs === undefined) return [];
    const firstMs = Math.min(...attempts.map(({ endedMs }) => endedMs));
    const later = attempts.filter(({ beganMs }) => beganMs >= firstMs);
    return answeredMs - firstMs - later.reduce((sum, { beganMs, endedMs }) => sum + endedMs - beganMs, 0);
  });
  return Math.max(0, ...waits) / 1000;
}

function rowsOfCap({ calls, refused }: BenchedSearch): BenchRow[] {
  const firstMs = calls[0]?.beganMs ?? 0;
  const lastMs = highestOf(calls.map(({ endedMs }) => endedMs));
  const [fromMs, toMs] = [settled.from, settled.to].map((part) => firstMs + part * (lastMs - firstMs)) as [number, number];
  const within = <Call extends Pick<RefusedCall, 'beganMs' | 'endedMs'>>(all: readonly Call[]): Call[] =>
    all.filter(({ beganMs, endedMs }) => endedMs > fromMs && beganMs < toMs);
  const asked = slotUse([...within(calls), ...within(refused)], cap).mostAtOnce;
  const clipped = within(calls).map((call) => ({
    ...call,
    beganMs: Math.max(fromMs, call.beganMs),
    endedMs: Math.min(toMs, call.endedMs),
  }));
  const used = slotUse(clipped, cap).busy;
  const share = (100 * within(refused).length) / Math.max(1, within(calls).length);
  return [
    { name: 'an endpoint with a cap: most calls asked at once', value: asked, unit: 'calls', limit: cap, ratio: asked / cap },
    { name: 'an endpoint with a cap: busy', value: used, unit: 'of the cap', limit: 1, ratio: used },
    { name: 'an endpoint with a cap: refused', value: share, unit: '% of the calls' },
  ];
}
