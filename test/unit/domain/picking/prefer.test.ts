import { expect, test } from 'vitest';
import { nextPickStep } from '../../../../services/domain/picking/next-pick-step.ts';
import { type Comparison, fewestToEqual, prefer } from '../../../../services/domain/picking/prefer.ts';
import { defaultPickSettings, pickPolicies } from '../../../../services/domain/picking/registry.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import type { EarlierRound } from '../../../../services/domain/run/earlier-rounds.ts';
import type { Objective } from '../../../../services/domain/run/objective.ts';

/** Workflows with these scores and tokens an answer, round 1 first. */
function candidatesOf(...rows: readonly (readonly [score: number, tokens: number | undefined])[]): EarlierRound[] {
  return rows.map(([score, tokens], index) => ({
    round: index + 1,
    parentRound: 0,
    evaluation: { method: 'full', score, executions: 0 },
    queries: [],
    scores: [],
    ...(tokens !== undefined && { tokens }),
  }));
}

function order(candidates: readonly EarlierRound[], objective: Objective | undefined, other: Partial<Comparison> = {}): number[] {
  const standings = candidates.map(({ evaluation: { score } }, candidate) => ({ candidate, score }));
  const ranked = prefer(standings, { objective, candidates, queryCount: 100, queries: 50, ...other });
  return ranked.map(({ candidate }) => candidates[candidate]?.round as number);
}

const some = candidatesOf([0.8, 100], [0.9, 900], [0.9, 300], [0.895, 200], [0.5, undefined]);

test('the highest score wins whatever it costs, and equals stay in their order', () => {
  expect(order(some, { kind: 'highest-score' })).toEqual([2, 3, 4, 1, 5]);
  expect(order(some, undefined)).toEqual([2, 3, 4, 1, 5]);
});

test('of those that are less than half a query apart, the cheapest wins', () => {
  // On 50 queries, 0.005 is a quarter of a query; on 100 it is half a query, which is told apart.
  expect(order(some, { kind: 'score' })).toEqual([4, 3, 2, 1, 5]);
  expect(order(some, { kind: 'score' }, { queries: 101, queryCount: 200 })).toEqual([3, 2, 4, 1, 5]);
});

test('of equals, a newer one may take more, and the newest up to twice what the oldest takes', () => {
  const aged = (newest: number) =>
    order(candidatesOf([0.9, 100], [0.1, 50], [0.9, newest]), { kind: 'score' }, { newerIsBetter: true });
  expect(aged(190)).toEqual([3, 1, 2]);
  expect(aged(210)).toEqual([1, 3, 2]);
  // In the middle of the search, the root of it.
  const middle = (tokens: number) =>
    order(candidatesOf([0.9, 100], [0.9, tokens], [0.1, 50]), { kind: 'score' }, { newerIsBetter: true });
  expect(middle(140)[0]).toBe(2);
  expect(middle(143)[0]).toBe(1);
  // A better score is a better score, however old.
  expect(order(candidatesOf([0.95, 900], [0.9, 10]), { kind: 'score' }, { newerIsBetter: true })).toEqual([1, 2]);
  expect(order(candidatesOf([0.9, 100]), { kind: 'score' }, { newerIsBetter: true })).toEqual([1]);
});

test('on few queries equal scores say nothing, unless there are no more', () => {
  const queries = fewestToEqual - 1;
  expect(order(some, { kind: 'score' }, { queries })).toEqual([2, 3, 4, 1, 5]);
  expect(order(some, { kind: 'score' }, { queries, queryCount: queries })[0]).toBe(4);
});

test('one of unknown cost is never the cheaper of two', () => {
  expect(order(candidatesOf([0.9, undefined], [0.9, 5000]), { kind: 'score' })).toEqual([2, 1]);
});

test('tokens have a price in points', () => {
  // 600 tokens more for 10 points more: worth it at 10 points a thousand, not at 20.
  const two = candidatesOf([0.8, 300], [0.9, 900]);
  expect(order(two, { kind: 'score-minus-cost', weight: 10 })).toEqual([2, 1]);
  expect(order(two, { kind: 'score-minus-cost', weight: 20 })).toEqual([1, 2]);
});

test('the cheapest that beats the start by enough wins, and the start itself if nothing is asked for', () => {
  expect(order(some, { kind: 'cheapest', gain: 9 })).toEqual([4, 3, 2, 1, 5]);
  expect(order(some, { kind: 'cheapest', gain: 10 })).toEqual([3, 2, 4, 1, 5]);
  expect(order(some, { kind: 'cheapest', gain: 0 })[0]).toBe(1);
  // Nothing is good enough: the highest score.
  expect(order(some, { kind: 'cheapest', gain: 50 })[0]).toBe(2);
});

const queryCount = 40;

/** Every workflow solves all queries, but for those that it is said to fail on. */
function pick(
  policy: string,
  objective: Objective,
  tokens: readonly number[],
  failures: readonly (readonly number[])[],
  sampled = 20,
  againstStart: number | undefined = objective.kind === 'highest-score' ? undefined : queryCount,
) {
  const queries = Array.from({ length: sampled }, (_, query) => query);
  const scoreOf = (candidate: number, query: number): number => (failures[candidate]?.includes(query) ? 0 : 1);
  const candidates = tokens.map((each, candidate): EarlierRound => {
    const scores = queries.map((query) => scoreOf(candidate, query));
    const score = scores.reduce((sum, one) => sum + one, 0) / sampled;
    const evaluation = { method: 'few-shot', score, executions: sampled };
    return { round: candidate + 1, parentRound: 0, evaluation, queries, scores, tokens: each };
  });
  const task = {
    ...{ queryCount, candidates, memory: [], budget: 60, objective, settings: defaultPickSettings, parallelism: 4 },
    ...(againstStart !== undefined && { againstStart }),
    random: randomStream(1, 'pick'),
    runRandom: randomStream(1, 'evaluate'),
  };
  const executed: string[] = [];
  for (;;) {
    const step = nextPickStep(pickPolicies.named(policy), task, (round, query) =>
      executed.includes(`${round}/${query}`) ? scoreOf(round - 1, query) : undefined,
    );
    if (step.kind === 'pick') return { round: step.round, executions: step.executions, executed };
    executed.push(...step.executions.map(({ round, queryIndex }) => `${round}/${queryIndex}`));
  }
}

test.each(['race', 'halving', 'top', 'refine', 'argmax'])('%s takes the start where nothing is better than it', (policy) => {
  const tokens = [60, 130, 400, 600, 250, 90];
  expect(pick(policy, { kind: 'score' }, tokens, []).round).toBe(1);
  expect(pick(policy, { kind: 'cheapest', gain: 0 }, tokens, []).round).toBe(1);
});

test('the start is executed on what the winner was executed on, on top of the budget', () => {
  // Round 1 fails on three of the first twenty and on the last twenty.
  const failures = [[0, 1, 2, ...Array.from({ length: 20 }, (_, index) => 20 + index)]];
  const { round, executions, executed } = pick('race', { kind: 'score' }, [60, 130, 400, 600], failures);
  // On the sample alone the newer two go on; of these the cheaper one.
  expect(round).toBe(3);
  expect(executions).toBeLessThanOrEqual(60);
  const of = (wanted: number): number => executed.filter((one) => one.startsWith(`${wanted}/`)).length;
  expect(of(1)).toBe(of(3));
  expect(of(1)).toBeGreaterThan(0);
});

test('a workflow that equalled the start on the sample and fails beside it gives way to it in the end', () => {
  const later = Array.from({ length: 20 }, (_, index) => 20 + index);
  // Both others solve the sample as the start does; the start costs more than round 2, which fails on all that comes later.
  const { round } = pick('race', { kind: 'score' }, [60, 50, 400], [[], later, later]);
  expect(round).toBe(1);
});

test.each([
  ['one query ahead of a cheaper start', [5], 1],
  ['two ahead', [5, 11], 2],
  ['two ahead and one behind', [5, 11], 1, [17]],
])('a dearer winner that is %s wins only if that is probably no chance', (_, failures, round, failuresOfWinner = []) => {
  expect(pick('race', { kind: 'score' }, [60, 130], [failures, failuresOfWinner]).round).toBe(round);
});

test.each(['score-minus-cost', 'cheapest'] as const)('%s lets no dearer one win that may not be better', (kind) => {
  const objective = kind === 'cheapest' ? ({ kind, gain: 2 } as const) : ({ kind, weight: 0.1 } as const);
  expect(pick('race', objective, [60, 130], [[5], []]).round).toBe(1);
  expect(pick('race', objective, [60, 130], [[5, 6, 7, 8, 9, 10], []]).round).toBe(2);
});

test('a pick that executes nothing compares with the start by what there is', () => {
  expect(pick('argmax', { kind: 'score' }, [60, 130], [[5], []], 20, 0)).toMatchObject({ round: 1, executed: [] });
});

test('the highest score needs no comparison with the start, so that a log of before stays what it was', () => {
  const { executed } = pick('argmax', { kind: 'highest-score' }, [60, 130], [[0]]);
  expect(executed.every((one) => one.startsWith('1/'))).toBe(true);
});
