import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Benchmark } from '../../../../services/domain/benchmark.ts';
import { pickPolicies } from '../../../../services/domain/picking/registry.ts';
import { buildPredictionPrompt } from '../../../../services/domain/prompts/build-prediction-prompt.ts';
import { answerKey, answersShown, buildProposalPrompt } from '../../../../services/domain/prompts/build-proposal-prompt.ts';
import { randomInteger, randomStream } from '../../../../services/domain/random.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { Command } from '../../../../services/domain/run/command.ts';
import type { RunConfiguration } from '../../../../services/domain/run/configuration.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import { isOver } from '../../../../services/domain/run/is-over.ts';
import { lastRoundSeen } from '../../../../services/domain/run/rounds-seen.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { areWorkflowsKnown } from '../../../../services/domain/search/edits-under-way.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import {
  addToRoundAhead,
  beginRoundAhead,
  type RoundAhead,
  withRoundsAhead,
} from '../../../../services/domain/search/round-ahead.ts';
import { viewOf } from '../../../../services/domain/search/view-of.ts';
import {
  continueRun,
  eventsOf,
  madeUpConfiguration,
  madeUpWorkflow,
  madeUpWorld,
  type Overrides,
  type World,
} from './made-up-world.ts';

/** What the optimizer replies is a hash of its prompt: one that shows anything else gets another reply. */
function promptedWorld(seed: number, queryCount: number): World {
  const benchmark: Benchmark = {
    ...{
      name: 'made-up',
      split: 'validate',
      description: '',
      inputs: ['question'],
      operators: ['custom'],
      scorer: 'exact-match',
    },
    ...{ otherScorers: [], answerFormat: '' },
    queries: Array.from({ length: queryCount }, (_, index) => ({
      id: `${index}`,
      fields: { question: `${index}?` },
      reference: '1',
    })),
  };
  const world = madeUpWorld(seed, 0.3);
  const hashOf = (prompt: string): number => randomInteger(randomStream(seed, prompt), 1_000_000);
  return {
    ...world,
    propose: (state, round, turn) => {
      const proposal = world.propose(state, round, turn);
      if (!('workflow' in proposal)) return proposal;
      const request = { state: viewOf(state, round), benchmark, round, turn };
      const answers = new Map(answersShown(request).map((place) => [answerKey(place), { answer: '0' }]));
      const hash = hashOf(buildProposalPrompt({ ...request, answers }));
      // A few are the same as others, in other rounds too.
      const workflowHash = hash % 4 === 0 ? `workflow-${hash % 16}` : `workflow-${hash}`;
      return { modification: `edit ${hash % 50}`, workflow: madeUpWorkflow(workflowHash), workflowHash };
    },
    predict: (workflowHash, round, turn, state) => {
      const score = world.predict(workflowHash, round, turn, state);
      return score && (hashOf(buildPredictionPrompt({ state: viewOf(state, round), benchmark, round, turn })) % 100) / 100;
    },
  };
}

interface InHand {
  readonly ahead: RoundAhead;
  readonly coming: readonly Coming[];
}

/** What comes of what was planned for a round, when it is taken in. @param known with that round as the newest */
type Coming = (known: RunState) => RunEvent;

/**
 * As a coordinator does it that plans rounds ahead of the log, with results that come in any order.
 * @returns the log, and the most rounds that were under way at once
 */
function searchAhead(world: World, configuration: RunConfiguration, order: number): { log: RunEvent[]; most: number } {
  const random = randomStream(order, 'order');
  const log: RunEvent[] = [{ kind: 'run-started', configuration }];
  let state = applyEvent(undefined, log[0] as RunEvent);
  let coming: readonly Coming[] = [];
  let hands: readonly InHand[] = [];
  let most = 0;
  const append = (event: RunEvent): void => {
    log.push(event);
    state = applyEvent(state, event);
  };
  const known = (count: number): RunState =>
    withRoundsAhead(
      state,
      hands.slice(0, count).map(({ ahead }) => ahead),
    );
  const planned = (commands: readonly Command[], from: RunState): Coming[] =>
    commands.flatMap((command) =>
      command.kind === 'propose'
        ? [(now: RunState) => eventsOf(world, now, command)[0] as RunEvent]
        : eventsOf(world, from, command).map((event) => () => event),
    );
  while (!isOver(state)) {
    while (coming.length === 0 && state.rounds.at(-1)?.completed === true && hands.length > 0) {
      const [next, ...others] = hands as [InHand, ...InHand[]];
      hands = others;
      for (const event of next.ahead.events) append(event);
      coming = next.coming;
    }
    if (coming.length === 0) coming = planned(planNextStep(state), state);
    for (let isMoving = true; isMoving; ) {
      isMoving = false;
      const next =
        state.rounds.at(-1)?.completed === false
          ? beginRoundAhead(
              state,
              hands.map(({ ahead }) => ahead),
            )
          : undefined;
      if (next !== undefined) hands = [...hands, { ahead: next, coming: [] }];
      if (next !== undefined) isMoving = true;
      for (const [place, { ahead, coming: expected }] of hands.entries()) {
        if (expected.length > 0 || ahead.round.completed) continue;
        const from = known(place + 1);
        const commands = planNextStep(from);
        hands = hands.with(place, { ahead, coming: planned(commands, from) });
        if (commands[0]?.kind === 'append') isMoving = true;
        if (commands[0]?.kind !== 'append') continue;
        hands = hands.with(place, { ahead: addToRoundAhead(from, ahead, commands[0].event), coming: [] });
      }
    }
    most = Math.max(most, hands.length + 1);
    // Of those whose results may be taken in, any one.
    const ready = [-1, ...hands.keys()].filter((place) => {
      const [first] = place < 0 ? coming : (hands[place]?.coming ?? []);
      if (first === undefined) return false;
      const round = place < 0 ? state.rounds.length : (hands[place]?.ahead.round.round ?? 0);
      return first(known(place + 1)).kind !== 'workflow-proposed' || areWorkflowsKnown(known(place + 1), round);
    });
    const place = ready[randomInteger(random, ready.length)] as number;
    if (place < 0) {
      const [first, ...others] = coming as [Coming];
      coming = others;
      append(first(state));
      continue;
    }
    const {
      ahead,
      coming: [first, ...others],
    } = hands[place] as InHand;
    const changed = addToRoundAhead(known(place + 1), ahead, (first as Coming)(known(place + 1)));
    hands = hands.with(place, { ahead: changed, coming: others });
  }
  return { log, most };
}

const search = fc.record({
  seed: fc.integer({ min: 0, max: 1_000_000 }),
  queryCount: fc.integer({ min: 1, max: 20 }),
  search: fc.record({
    maxRounds: fc.integer({ min: 1, max: 12 }),
    canary: fc.boolean(),
    parallelism: fc.integer({ min: 2, max: 6 }),
    convergenceRounds: fc.constantFrom(0, 2),
    finalPick: fc.record({
      policy: fc.constantFrom(...pickPolicies.keys()),
      topK: fc.constant(2),
      share: fc.constantFrom(0, 0.3),
    }),
  }),
  evaluation: fc.record({
    method: fc.constantFrom('scale', 'few-shot', 'full', 'predicted', 'rasch'),
    warmUpRounds: fc.integer({ min: 0, max: 4 }),
    fewShotRatio: fc.constantFrom(0.1, 0.3),
    draw: fc.constantFrom('once' as const, 'each-round' as const),
  }),
}) satisfies fc.Arbitrary<Overrides>;

test('the log is the one that is planned at its end alone, in whatever order the results of several rounds come', () => {
  let most = 0;
  fc.assert(
    fc.property(search, fc.integer(), (overrides, order) => {
      const configuration = madeUpConfiguration(overrides);
      const world = promptedWorld(overrides.seed, overrides.queryCount);
      const ahead = searchAhead(world, configuration, order);
      most = Math.max(most, ahead.most);
      expect(ahead.log).toEqual(continueRun(world, configuration).log);
    }),
    { numRuns: 150 },
  );
  expect(most).toBeGreaterThanOrEqual(4);
});

test.each([1, 2, 4, 8])('with %i rounds at once, a parent is one that was over as many rounds before', (parallelism) => {
  const overrides = { search: { maxRounds: 14, parallelism }, evaluation: { method: 'few-shot', warmUpRounds: 0 } };
  const { state } = continueRun(madeUpWorld(3), madeUpConfiguration(overrides));
  for (const { round, parentRound, candidates } of state.rounds.slice(1)) {
    expect(Math.max(parentRound, ...candidates.map((candidate) => candidate.round))).toBeLessThanOrEqual(
      Math.max(1, round - parallelism),
    );
  }
});

test('rounds after the warm-up see all of it, and draw the same sample', () => {
  const overrides = { search: { maxRounds: 12, parallelism: 4 }, evaluation: { method: 'scale', warmUpRounds: 3 } };
  const { state } = continueRun(madeUpWorld(5), madeUpConfiguration(overrides));
  expect([2, 3, 4, 5, 7, 8, 9].map((round) => lastRoundSeen(state.configuration, round))).toEqual([1, 1, 3, 3, 3, 4, 5]);
  const executed = state.rounds.filter(({ workflow }) => workflow !== undefined);
  expect(executed.filter(({ outcomes }) => outcomes.length === 264)).toHaveLength(3);
  const drawn = executed.slice(3).map(({ samples }) => samples.flatMap(({ queryIndexes }) => queryIndexes));
  expect(new Set(drawn.map((sample) => JSON.stringify(sample))).size).toBe(1);
});

test('a token budget lets one round be under way at a time', () => {
  const { configuration } = { configuration: madeUpConfiguration({ search: { parallelism: 4, tokenBudget: 10_000 } }) };
  expect(lastRoundSeen(configuration, 9)).toBe(8);
});
