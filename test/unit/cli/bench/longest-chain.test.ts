import { expect, test } from 'vitest';
import { longestChain } from '../../../../services/cli/bench/longest-chain.ts';
import type { ServedCall } from '../../../../services/cli/bench/served-calls.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import { completionJobId, executionJobId } from '../../../../services/domain/run/job-id.ts';
import { continueRun, madeUpConfiguration, madeUpWorkflow, madeUpWorld } from '../../domain/search/made-up-world.ts';

const world = {
  ...madeUpWorld(),
  propose: (_: unknown, round: number) => ({
    modification: `edit ${round}`,
    workflow: madeUpWorkflow(`w${round}`),
    workflowHash: `w${round}`,
  }),
};

function call(jobId: string, beganMs: number): ServedCall {
  return { jobId, callId: 'c', model: 'm', cutOff: false, beganMs, endedMs: beganMs + 200 };
}

/** Of each job as many calls after one another as it is told. */
function callsOf(log: readonly RunEvent[], depthOf: (round: number, queryIndex: number) => number): ServedCall[] {
  const hashes = new Map<number, string>();
  return log.flatMap((event) => {
    if (event.kind === 'workflow-proposed') {
      hashes.set(event.round, event.workflowHash);
      return event.tokens === undefined
        ? []
        : [call(completionJobId({ kind: 'propose', round: event.round, turn: event.turn }), 0)];
    }
    if (event.kind !== 'executions-completed') return [];
    return event.outcomes.flatMap(({ queryIndex, repeat }) =>
      Array.from({ length: depthOf(event.round, queryIndex) }, (_, place) =>
        call(executionJobId(hashes.get(event.round) ?? '', queryIndex, repeat), 200 * place),
      ),
    );
  });
}

const configuration = madeUpConfiguration({
  queryCount: 30,
  search: { maxRounds: 5 },
  evaluation: { method: 'full', warmUpRounds: 0 },
});

test('a full evaluation of five workflows of one call: five executions and four proposals after one another', () => {
  const { log } = continueRun(world, configuration);
  expect(
    longestChain(
      log,
      callsOf(log, () => 1),
    ),
  ).toBe(9);
});

test('four rounds at once wait for one another only for the edits of the same parent', () => {
  const { search, ...rest } = configuration;
  const { log } = continueRun(world, { ...rest, search: { ...search, parallelism: 4 } });
  // The first workflow's executions, four proposals one after another, and the executions of the last.
  expect(
    longestChain(
      log,
      callsOf(log, () => 1),
    ),
  ).toBe(6);
});

test('the deepest job of a round counts, and calls of one job that ran beside each other are one step', () => {
  const { log } = continueRun(world, configuration);
  const deep = callsOf(log, (round, query) => (round === 3 && query === 7 ? 4 : 1));
  expect(longestChain(log, deep)).toBe(12);
  const beside = deep.map((each) => ({ ...each, beganMs: 0, endedMs: 200 }));
  expect(longestChain(log, beside)).toBe(9);
});

test('a run without calls takes no time', () => {
  const { log } = continueRun(world, configuration);
  expect(longestChain(log, [])).toBe(0);
  expect(longestChain([], [])).toBe(0);
});

test('on so many slots what waits for many calls waits until the slots have made them', () => {
  const { log } = continueRun(world, configuration);
  const calls = callsOf(log, () => 1);
  // Five executions of 30 queries in three turns of ten, and four proposals.
  expect(longestChain(log, calls, 10)).toBeCloseTo(19, 9);
  expect(longestChain(log, calls, 30)).toBe(9);
});

test.each([1, 4])('on one slot all calls are one chain, with %i rounds at once', (parallelism) => {
  const { search, ...rest } = configuration;
  const { log } = continueRun(world, { ...rest, search: { ...search, parallelism } });
  const calls = callsOf(log, (round, query) => 1 + ((round + query) % 3));
  expect(longestChain(log, calls, 1)).toBeCloseTo(calls.length, 9);
  const [few, more, any] = [4, 16, undefined].map((slots) => longestChain(log, calls, slots)) as [number, number, number];
  expect(few).toBeGreaterThanOrEqual(calls.length / 4);
  expect(few).toBeGreaterThan(more);
  expect(more).toBeGreaterThanOrEqual(any);
});
