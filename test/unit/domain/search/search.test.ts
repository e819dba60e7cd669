import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';
import { pickPolicies } from '../../../../services/domain/picking/registry.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import { totalUse } from '../../../../services/domain/run/ledger/totals.ts';
import { OutcomeList } from '../../../../services/domain/run/outcomes/outcome-list.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import { continueRun, madeUpConfiguration, madeUpWorld, type Overrides, replay } from './made-up-world.ts';

const smallRun = fc.record({
  seed: fc.integer({ min: 0, max: 1_000_000 }),
  queryCount: fc.integer({ min: 1, max: 30 }),
  search: fc.record(
    {
      maxRounds: fc.integer({ min: 1, max: 8 }),
      proposalAttempts: fc.integer({ min: 1, max: 3 }),
      canary: fc.boolean(),
      parallelism: fc.integer({ min: 1, max: 5 }),
      tokenBudget: fc.constantFrom(0, 0, 20_000),
      finalPick: fc.record({
        policy: fc.constantFrom(...pickPolicies.keys()),
        topK: fc.integer({ min: 1, max: 4 }),
        share: fc.constantFrom(0, 0.1, 0.5, 1),
      }),
    },
    { requiredKeys: ['maxRounds', 'proposalAttempts'] },
  ),
  evaluation: fc.record({
    method: fc.constantFrom(...evaluationMethods.keys()),
    warmUpRounds: fc.integer({ min: 0, max: 3 }),
    fewShotRatio: fc.constantFrom(0.01, 0.1, 0.3, 1),
    draw: fc.constantFrom('once' as const, 'each-round' as const),
    predictionAttempts: fc.integer({ min: 1, max: 2 }),
    repeats: fc.integer({ min: 1, max: 2 }),
  }),
}) satisfies fc.Arbitrary<Overrides>;

test('a search of 20 rounds on 264 queries runs to its end without any I/O', () => {
  const started = performance.now();
  const { state, log } = continueRun(madeUpWorld(), madeUpConfiguration());
  process.stdout.write(`20 rounds on 264 queries, ${log.length} events: ${(performance.now() - started).toFixed(0)} ms\n`);

  expect(state.status).toBe('completed');
  expect(state.stopReason).toBe('max-rounds');
  expect(state.rounds).toHaveLength(20);
  const scored = state.rounds.flatMap(({ evaluation }) => (evaluation === undefined ? [] : [evaluation]));
  expect(scored.filter(({ method }) => method === 'full')).toHaveLength(3);
  expect(scored.filter(({ executions }) => executions === 264)).toHaveLength(3);
  for (const { method, executions } of scored) if (method !== 'full') expect(executions).toBe(8);
  const best = Math.max(...scored.map(({ score }) => score));
  expect(state.rounds[(state.bestRound ?? 0) - 1]?.evaluation?.score).toBe(best);
});

test('the ledger holds every token of the log, once', () => {
  const search = { canary: true, finalPick: { policy: 'halving', topK: 3, share: 0.1 } };
  const { state, log } = continueRun(madeUpWorld(1, 0.3), madeUpConfiguration({ search }));
  const phases = new Set(state.ledger.map(({ phase }) => phase));
  expect(phases).toEqual(new Set(['warm-up', 'propose', 'canary', 'predict', 'few-shot', 'final']));
  const uses = log.flatMap((event) => {
    if (event.kind === 'executions-completed' || event.kind === 'final-executions-completed') {
      return event.outcomes.flatMap((outcome) => outcome.tokens);
    }
    if (event.kind === 'canary-completed') return event.outcome.tokens;
    if (event.kind === 'workflow-proposed' || event.kind === 'prediction-completed') return event.tokens ? [event.tokens] : [];
    return [];
  });
  expect(totalUse(state.ledger)).toEqual(totalUse(uses));
});

test('full evaluation of the same search costs more than twice as many tokens', () => {
  const scale = continueRun(madeUpWorld(), madeUpConfiguration());
  const full = continueRun(madeUpWorld(), madeUpConfiguration({ evaluation: { method: 'full' } }));
  expect(totalUse(scale.state.ledger).tokens).toBeLessThan(0.4 * totalUse(full.state.ledger).tokens);
});

test('a log replayed gives the same state, and the same search gives the same log', () => {
  fc.assert(
    fc.property(smallRun, (overrides) => {
      const { state, log } = continueRun(madeUpWorld(overrides.seed, 0.3), madeUpConfiguration(overrides));
      expect(replay(log)).toEqual(state);
      expect(continueRun(madeUpWorld(overrides.seed, 0.3), madeUpConfiguration(overrides)).log).toEqual(log);
    }),
    { numRuns: 30 },
  );
});

test('a search cut off after any event goes on in the same way', () => {
  fc.assert(
    fc.property(smallRun, fc.double({ min: 0, max: 1, noNaN: true }), (overrides, share) => {
      const configuration = madeUpConfiguration(overrides);
      const world = madeUpWorld(overrides.seed, 0.3);
      const { log } = continueRun(world, configuration);
      const cut = 1 + Math.floor(share * (log.length - 1));
      expect(continueRun(world, configuration, log.slice(0, cut)).log).toEqual(log);
    }),
    { numRuns: 60 },
  );
});

/** Without an object in common. */
function copyOf({ rounds, ...state }: RunState): RunState {
  const copied = rounds.map(({ outcomes, ...round }) => ({ ...structuredClone(round), outcomes: OutcomeList.of([...outcomes]) }));
  return { ...structuredClone(state), rounds: copied };
}

test('planning is stable at every point of a search and changes nothing', () => {
  const { log } = continueRun(madeUpWorld(2), madeUpConfiguration({ queryCount: 20, search: { maxRounds: 6 } }));
  let state: RunState | undefined;
  for (const event of log) {
    const before = state === undefined ? undefined : copyOf(state);
    const next = applyEvent(state, event);
    expect(state).toEqual(before);
    const commands = planNextStep(next);
    expect(planNextStep(copyOf(next))).toEqual(commands);
    state = next;
  }
});

test('no execution is ever paid for twice, by canary, evaluation or final pick', () => {
  fc.assert(
    fc.property(smallRun, (overrides) => {
      const { log } = continueRun(madeUpWorld(overrides.seed, 0.3), madeUpConfiguration(overrides));
      const hashes = new Map<number, string>();
      const executed = log.flatMap((event) => {
        if (event.kind === 'workflow-proposed' && event.workflow !== undefined) hashes.set(event.round, event.workflowHash);
        if (!('outcome' in event) && !('outcomes' in event)) return [];
        const outcomes = 'outcome' in event ? [event.outcome] : event.outcomes;
        return outcomes.map(({ queryIndex, repeat }) => `${hashes.get(event.round)}/${queryIndex}/${repeat}`);
      });
      expect(new Set(executed).size).toBe(executed.length);
    }),
    { numRuns: 60 },
  );
});

test('every search ends, every score is in [0, 1] and no query is drawn twice in a round', () => {
  fc.assert(
    fc.property(smallRun, (overrides) => {
      const { state } = continueRun(madeUpWorld(overrides.seed, 0.3), madeUpConfiguration(overrides));
      expect(state.status).toBe('completed');
      expect(state.rounds.every(({ completed }) => completed)).toBe(true);
      for (const { evaluation, samples, outcomes } of state.rounds) {
        if (evaluation !== undefined) expect(evaluation.score).toSatisfy((score: number) => score >= 0 && score <= 1);
        const drawn = samples.flatMap(({ queryIndexes }) => queryIndexes);
        expect(new Set(drawn).size).toBe(drawn.length);
        const executed = outcomes.map(({ queryIndex, repeat }) => `${queryIndex}/${repeat}`);
        expect(new Set(executed).size).toBe(executed.length);
      }
    }),
    { numRuns: 50 },
  );
});

test('no workflow is evaluated twice', () => {
  const { state } = continueRun(madeUpWorld(3), madeUpConfiguration({ queryCount: 10 }));
  const hashes = state.rounds.filter(({ workflow }) => workflow !== undefined).map(({ workflowHash }) => workflowHash);
  expect(new Set(hashes).size).toBe(hashes.length);
  const refused = state.rounds.flatMap(({ proposals }) => proposals.flatMap(({ failure }) => failure?.kind ?? []));
  expect(refused).toContain('duplicate-workflow');
});
