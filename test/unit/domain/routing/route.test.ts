import { expect, test } from 'vitest';
import { randomInteger, randomStream } from '../../../../services/domain/random.ts';
import { estimatesOn, trainingOn } from '../../../../services/domain/routing/estimates.ts';
import { followRoute, type RouteReply, type RouteTaken } from '../../../../services/domain/routing/route.ts';
import { type RouteShape, routeOf, shapeOutcome } from '../../../../services/domain/routing/route-shape.ts';
import { onQueries, type RoutingMatrix, secondTrial, trialAt } from '../../../../services/domain/routing/routing-matrix.ts';
import { madeUpMatrix, plainMatrix } from './made-up-matrix.ts';

test('a query that goes on pays for everything on its way, the second answer too', () => {
  const matrix = plainMatrix({
    cheap: { scores: [1, 0, 1], cost: 1 },
    other: { scores: [1, 1, 0], cost: 2 },
    dear: { scores: [1, 1, 0], cost: 10 },
  });
  const estimates = estimatesOn(trainingOn(matrix), matrix, [0, 1, 2]);
  const shape: RouteShape = { chain: [0, 2], check: { estimator: 'agreement', threshold: 0.5, second: 1 } };
  const outcomes = [0, 1, 2].map((query) => shapeOutcome(shape, matrix, estimates, query, 0));
  expect(outcomes).toEqual([
    // Both say "right".
    { score: 1, cost: 3, step: 0 },
    // The cheap one is wrong: 1 + 2 + 10.
    { score: 1, cost: 13, step: 1 },
    // The other one is wrong, and so is the dear one.
    { score: 0, cost: 13, step: 1 },
  ]);
});

test('a step that is skipped costs nothing, one that failed what it took, and no estimate is paid for it', () => {
  const plain = plainMatrix({ cheap: { scores: [1, 1], cost: 1 }, dear: { scores: [1, 1], cost: 10 } });
  const [cheap, dear] = plain.workflows as [(typeof plain.workflows)[number], (typeof plain.workflows)[number]];
  const failing = { ...cheap, trials: [[{ score: 0, cost: 0.5, answer: '', failed: true as const }], cheap.trials[1] ?? []] };
  const matrix: RoutingMatrix = { ...plain, workflows: [failing, dear] };
  const none = new Map([
    ['neighbours/0', [[0.2], [0.9]]],
    ['verifier/0', [[0], [0]]],
  ]);
  const before: RouteShape = { chain: [0, 1], check: { estimator: 'neighbours', threshold: 0.5 } };
  expect(shapeOutcome(before, matrix, none, 0, 0)).toEqual({ score: 1, cost: 10.5, step: 1 });
  expect(shapeOutcome(before, matrix, none, 1, 0)).toEqual({ score: 1, cost: 10, step: 1 });
  const after: RouteShape = { chain: [0, 1], check: { estimator: 'verifier', threshold: 0.5 } };
  expect(shapeOutcome(after, matrix, none, 0, 0)).toEqual({ score: 1, cost: 10.5, step: 1 });
});

test('an estimate at the threshold stays with the cheaper answer', () => {
  const matrix = plainMatrix({ cheap: { scores: [1], cost: 1 }, dear: { scores: [1], cost: 10 } });
  const tied = new Map([['neighbours/0', [[0.5]]]]);
  const shape: RouteShape = { chain: [0, 1], check: { estimator: 'neighbours', threshold: 0.5 } };
  expect(shapeOutcome(shape, matrix, tied, 0, 0)).toEqual({ score: 1, cost: 1, step: 0 });
});

test('a served query goes the way that the fit has counted on, whatever the route', () => {
  const made = madeUpMatrix({
    ...{ seed: 5, queries: 60, executions: 2, textsTell: true, sameWrong: 0.5 },
    workflows: [1, 3, 9].map((cost, place) => ({ easy: 0.9, hard: 0.3 + 0.2 * place, cost })),
  });
  const random = randomStream(5, 'failures');
  const matrix: RoutingMatrix = {
    ...made,
    workflows: made.workflows.map((workflow) => ({
      ...workflow,
      trials: workflow.trials.map((some) =>
        some.map((trial) => {
          const verdict = { doubt: random.next() < 0.3 ? 1 : 0, cost: 0.25 };
          return random.next() < 0.1 ? { score: 0, cost: trial.cost, answer: '', failed: true as const } : { ...trial, verdict };
        }),
      ),
    })),
  };
  const training = trainingOn(
    onQueries(
      matrix,
      Array.from({ length: 40 }, (_, place) => place),
    ),
  );
  const asked = onQueries(
    matrix,
    Array.from({ length: 20 }, (_, place) => 40 + place),
  );
  const estimates = estimatesOn(training, asked, [0, 1, 2]);
  let compared = 0;
  for (const [key, values] of estimates) {
    const [estimator = '', first = '', second] = key.split('/');
    const chain = Number(first) === 0 ? [0, 1 + randomInteger(random, 2)] : [Number(first)];
    if (chain.length === 1) continue;
    const threshold = values.flat().toSorted((one, other) => one - other)[20] ?? 0;
    const check = { estimator, threshold, ...(second !== undefined && { second: Number(second) }) };
    const shape: RouteShape = { chain, check };
    const route = routeOf(shape, training);
    for (const [query, { text }] of asked.queries.entries()) {
      for (const turn of [0, 1]) {
        const way = followRoute(route, text);
        let [cost, next] = [0, way.next()];
        while (!next.done) {
          const ask = next.value;
          const trial =
            ask.kind === 'second'
              ? secondTrial(asked, chain[ask.step] ?? 0, ask.workflow, query, turn)
              : trialAt(asked.workflows[ask.workflow] as never, query, turn);
          cost += ask.kind === 'verdict' ? (trial.verdict?.cost ?? 0) : trial.cost;
          const reply: RouteReply = {
            answer: trial.answer ?? '',
            failed: trial.failed ?? false,
            doubt: trial.verdict?.doubt ?? 0,
          };
          next = way.next(reply);
        }
        const taken: RouteTaken = next.value;
        const outcome = shapeOutcome(shape, asked, estimates, query, turn);
        expect([key, query, turn, taken.step, cost]).toEqual([key, query, turn, outcome.step, outcome.cost]);
        compared += 1;
      }
    }
  }
  expect(compared).toBeGreaterThan(200);
});
