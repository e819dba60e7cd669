import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextPickStep, type PickStep } from '../../../../services/domain/picking/next-pick-step.ts';
import type { PickPolicy, PickTask } from '../../../../services/domain/picking/pick-policy.ts';
import { judgePick } from '../../../../services/domain/picking/pick-verdict.ts';
import { defaultPickSettings, pickPolicies } from '../../../../services/domain/picking/registry.ts';
import { randomStream, shuffled } from '../../../../services/domain/random.ts';
import type { EarlierRound } from '../../../../services/domain/run/earlier-rounds.ts';

const queryCount = 60;

/** Right on the queries whose difficulty is below the ability. */
function scoreOf(ability: number, query: number): number {
  return ability > ((query * 37) % queryCount) / queryCount ? 1 : 0;
}

/** Workflows of these abilities, each executed on the same first queries of a random order. */
function taskOf(abilities: readonly number[], { seen = 4, budget = 200, seed = 1, parallelism = 1 } = {}): PickTask {
  const order = shuffled(
    randomStream(seed, 'order'),
    Array.from({ length: queryCount }, (_, query) => query),
  );
  const candidates = abilities.map((ability, index): EarlierRound => {
    const queries = order.slice(0, seen);
    const scores = queries.map((query) => scoreOf(ability, query));
    const score = seen === 0 ? 0.5 : scores.reduce((sum, value) => sum + value, 0) / seen;
    return { round: index + 1, parentRound: index, evaluation: { method: 'few-shot', score, executions: seen }, queries, scores };
  });
  const settings = defaultPickSettings;
  const random = randomStream(seed, 'pick');
  const runRandom = randomStream(seed, 'evaluate');
  return { queryCount, candidates, memory: [], budget, settings, parallelism, random, runRandom };
}

/** To the end, with everything answered at once. */
function pick(policy: PickPolicy, abilities: readonly number[], options = {}): Extract<PickStep, { kind: 'pick' }> {
  const step = nextPickStep(policy, taskOf(abilities, options), (round, query) => scoreOf(abilities[round - 1] as number, query));
  if (step.kind !== 'pick') throw new Error('everything was answered');
  return step;
}

const abilities = [0.3, 0.55, 0.05, 0.9, 0.7, 0.45, 0.6, 0.2];

describe.each([...pickPolicies.values()])('$name', (policy) => {
  test('asks for no cell twice, for none that is known, and for no more than its budget', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }),
        fc.nat(300),
        fc.nat(10),
        fc.nat(99),
        (random, budget, seen, seed) => {
          // nextPickStep itself refuses a cell that is known and a budget that is passed.
          const { executions, candidate } = pick(policy, random, { budget, seen, seed });
          expect(executions).toBeLessThanOrEqual(budget);
          expect(candidate).toBeLessThan(random.length);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('goes the same way whether answers come all at once or a few at a time', () => {
    const whole = pick(policy, abilities);
    const known = new Map<string, number>();
    for (let turn = 0; turn < 500; turn += 1) {
      const step = nextPickStep(policy, taskOf(abilities), (round, query) => known.get(`${round}/${query}`));
      if (step.kind === 'pick') {
        expect(step.round).toBe(whole.round);
        expect(step.board).toEqual(whole.board);
        return;
      }
      for (const { round, queryIndex } of step.executions.slice(0, 7)) {
        known.set(`${round}/${queryIndex}`, scoreOf(abilities[round - 1] as number, queryIndex));
      }
    }
    throw new Error('it never came to an end');
  });

  test('has nothing to pick from where no workflow has a score', () => {
    expect(() => nextPickStep(policy, taskOf([]), () => 0)).toThrow(/nothing to pick from/);
  });
});

test.each(['halving', 'race', 'refine', 'top'])('%s finds the best of workflows that are apart, given enough', (name) => {
  const found = Array.from(
    { length: 20 },
    (_, seed) => pick(pickPolicies.named(name), abilities, { seed, seen: 6, budget: 250 }).round,
  );
  expect(found.filter((round) => round === 4).length).toBeGreaterThanOrEqual(17);
});

test('argmax executes nothing and takes the earliest of equal scores', () => {
  const { round, executions } = pick(pickPolicies.named('argmax'), [0.5, 0.5, 0.5], { seen: 0 });
  expect([round, executions]).toEqual([1, 0]);
});

test('halving gives each rung the same share, and the best more queries than the rest', () => {
  const { board, executions } = pick(pickPolicies.named('halving'), abilities, { seen: 0, budget: 240 });
  const seen = abilities.map(
    (_, candidate) => board.scores.subarray(candidate * 60, (candidate + 1) * 60).filter((score) => score >= 0).length,
  );
  // Three rungs of 80: 10 queries for 8 workflows, 20 more for 4, and 30 more (all that there are) for 2.
  expect(executions).toBe(80 + 80 + 60);
  expect(seen.toSorted((a, b) => b - a)).toEqual([60, 60, 30, 30, 10, 10, 10, 10]);
});

test('a race between unequals stops long before its budget, and between equals it does not', () => {
  expect(pick(pickPolicies.named('race'), [0.95, 0.05, 0.02], { budget: 180 }).executions).toBeLessThan(90);
  expect(pick(pickPolicies.named('race'), [0.5, 0.51, 0.52], { budget: 150 }).executions).toBeGreaterThan(100);
});

test('with several rounds in flight a race asks once for each rung, and still finds the best', () => {
  const one = pick(pickPolicies.named('race'), abilities, { seen: 6, budget: 250 });
  const several = pick(pickPolicies.named('race'), abilities, { seen: 6, budget: 250, parallelism: 4 });
  // Eight workflows: the search's own queries decide the first of three rungs.
  expect(several.steps).toBeLessThanOrEqual(2);
  expect(one.steps).toBeGreaterThan(2);
  expect([one.round, several.round]).toEqual([4, 4]);
});

test('of equals, a race takes the one that was found last, and halving draws lots', () => {
  const equals = [0.2, 0.5, 0.5, 0.5, 0.1];
  const winners = (name: string) =>
    new Set(
      Array.from({ length: 20 }, (_, seed) => pick(pickPolicies.named(name), equals, { seed, seen: 20, budget: 60 }).round),
    );
  expect([...winners('race')]).toEqual([4]);
  expect(winners('halving').size).toBe(3);
});

test('the verdict names those that it cannot tell from the winner, and is surer of a clear one', () => {
  const judged = (list: readonly number[]) => {
    const { candidates } = taskOf(list);
    const { candidate, board } = pick(pickPolicies.named('halving'), list, { budget: 10_000, seen: 0 });
    return judgePick(candidates, board, candidate, 0.95);
  };
  const clear = judged([0.9, 0.2, 0.3]);
  expect(clear).toMatchObject({ round: 1, tied: [] });
  expect(clear.certainty).toBeGreaterThan(0.99);
  const close = judged([0.9, 0.88, 0.2]);
  expect(close).toMatchObject({ round: 1, tied: [2] });
  expect(close.certainty).toBeLessThan(0.9);
  expect(close.comparisons.find(({ round }) => round === 2)?.paired?.losses).toBe(0);
});

test('without a common query nobody is told from the winner, and nothing is certain', () => {
  const { candidates } = taskOf([0.9, 0.1], { seen: 0 });
  const board = { queryCount, scores: new Float64Array(2 * queryCount).fill(Number.NaN) };
  expect(judgePick(candidates, board, 0, 0.95)).toMatchObject({ certainty: 0.5, tied: [2] });
});

test('an unknown policy is refused with those that there are', () => {
  expect(() => pickPolicies.named('lot')).toThrow('there is no pick policy "lot"; there are argmax, top, halving, race, refine');
});

describe.each([...pickPolicies.values()])('$name, compared with the start in the end', (policy) => {
  /** What of round 1 was named beside the policy's steps, and what the comparison asked for when the winner was known. */
  function comparison(random: readonly number[], options: Parameters<typeof taskOf>[1]) {
    const task = () => ({ ...taskOf(random, options), againstStart: queryCount });
    const known = new Map<string, number>();
    const ahead = new Set<number>();
    let last: readonly { readonly round: number; readonly queryIndex: number }[] = [];
    for (;;) {
      const step = nextPickStep(policy, task(), (round, query) => known.get(`${round}/${query}`));
      if (step.kind === 'pick') return { ahead: [...ahead], last: last.map(({ queryIndex }) => queryIndex), task: task() };
      for (const { round, queryIndex } of step.ahead) {
        expect(round).toBe(1);
        ahead.add(queryIndex);
      }
      last = step.executions;
      for (const { round, queryIndex } of last)
        known.set(`${round}/${queryIndex}`, scoreOf(random[round - 1] as number, queryIndex));
    }
  }

  test('nothing is executed ahead that would not be executed anyway', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 12 }),
        fc.nat(300),
        fc.nat(10),
        fc.nat(99),
        (random, budget, seen, seed) => {
          const { ahead, last } = comparison(random, { budget, seen, seed, parallelism: 4 });
          expect(ahead.filter((query) => !last.includes(query))).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('with one round at a time all of it waits for the winner', () => {
    expect(comparison([0.05, 0.9, 0.7, 0.45], { budget: 120, parallelism: 1 }).ahead).toEqual([]);
  });
});

test.each(['halving', 'race'])('%s names the comparison ahead of its last steps', (name) => {
  const task = { ...taskOf([0.05, 0.9, 0.7, 0.8, 0.6], { budget: 120, parallelism: 4 }), againstStart: queryCount };
  const known = new Map<string, number>();
  const named: number[] = [];
  for (let steps = 0; steps < 20; steps += 1) {
    const step = nextPickStep(pickPolicies.named(name), { ...task, random: randomStream(1, 'pick') }, (round, query) =>
      known.get(`${round}/${query}`),
    );
    if (step.kind === 'pick') break;
    named.push(step.ahead.length);
    for (const { round, queryIndex } of step.executions)
      known.set(`${round}/${queryIndex}`, scoreOf([0.05, 0.9, 0.7, 0.8, 0.6][round - 1] as number, queryIndex));
  }
  expect(Math.max(...named)).toBeGreaterThan(0);
});
