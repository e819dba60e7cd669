import { describe, expect, test } from 'vitest';
import { binsByDifficulty } from '../../../../services/domain/evaluation/draw-few-shot.ts';
import { evidenceOf } from '../../../../services/domain/evaluation/evidence.ts';
import type { FailureKind } from '../../../../services/domain/failure.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { EvaluationSettings } from '../../../../services/domain/run/configuration.ts';
import { memoryOf, mostRowsRecalled, rowsToKeep, rowsToRecall } from '../../../../services/domain/run/memory.ts';
import type { MemoryRow } from '../../../../services/domain/run/outcomes/outcome-row.ts';
import type { Round, RunState } from '../../../../services/domain/run/state.ts';
import { canaryQuery } from '../../../../services/domain/search/canary.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import { continueRun, type Finished, madeUpConfiguration, madeUpWorld, replay } from '../search/made-up-world.ts';

const queryCount = 40;

/** In this world query 0 is the easiest and 39 the hardest. */
const row = (about: Partial<MemoryRow> = {}): MemoryRow => {
  const queries = about.queries ?? Array.from({ length: queryCount }, (_, query) => query);
  return {
    ...{ runId: 'earlier', round: 1, workflowHash: 'w', model: 'executor', method: 'rasch', simulated: true },
    queries,
    scores: queries.map((query) => Number(query < 25)),
    ...about,
  };
};
const rows = [12, 20, 25, 30, 35].map((solved, index) =>
  row({
    round: index + 1,
    workflowHash: `w${index}`,
    scores: Array.from({ length: queryCount }, (_, query) => Number(query < solved)),
  }),
);

function run(memory: readonly MemoryRow[] | undefined, evaluation: Partial<EvaluationSettings> = {}): Finished {
  const search = { maxRounds: 6, canary: true, finalPick: { policy: 'refine', topK: 3, share: 0.1 } };
  const configuration = madeUpConfiguration({
    queryCount,
    search: memory === undefined ? search : { ...search, memory: true },
    evaluation: { method: 'rasch', warmUpRounds: 0, fewShotRatio: 0.1, ...evaluation },
  });
  return continueRun({ ...madeUpWorld(3), ...(memory && { memory }) }, configuration);
}

describe('what a run keeps', () => {
  const { state } = run(undefined);

  test('has nothing of executions that no model answered, and nothing of jobs that were given up', () => {
    const failing = (kindOf: (query: number) => FailureKind | undefined): RunState => ({
      ...state,
      finalOutcomes: [],
      rounds: state.rounds.map(({ canary: _, ...round }) => ({
        ...round,
        outcomes: round.outcomes.map(({ failure: __, ...outcome }) => {
          const kind = kindOf(outcome.queryIndex);
          return kind === undefined ? outcome : { ...outcome, score: 0, failure: { kind, message: '' } };
        }),
      })),
    });
    expect(
      rowsToKeep(
        'mine',
        failing(() => 'refused'),
      ),
    ).toEqual([]);
    expect(
      rowsToKeep(
        'mine',
        failing((query) => (query % 2 === 0 ? 'poison' : 'internal')),
      ),
    ).toEqual([]);
    const some = state.rounds[0]?.outcomes.at(0)?.queryIndex ?? 0;
    const [first] = rowsToKeep(
      'mine',
      failing((query) => (query === some ? 'poison' : undefined)),
    );
    expect(first?.queries).not.toContain(some);
    // A query that the endpoint refuses while it answers others is a query that the workflow did not solve.
    const [refused] = rowsToKeep(
      'mine',
      failing((query) => (query === some ? 'refused' : undefined)),
    );
    expect(refused?.queries).toContain(some);
  });

  const kept = rowsToKeep('mine', state);

  test('is a row for each workflow, with everything that was executed, the final pick and the canary among it', () => {
    expect(kept.map(({ round }) => round)).toEqual(state.rounds.filter(({ workflow }) => workflow).map(({ round }) => round));
    expect(state.finalOutcomes?.length).toBeGreaterThan(0);
    for (const { round, queries, scores, workflowHash } of kept) {
      const of = state.rounds[round - 1] as Round;
      const final = state.finalOutcomes?.filter((one) => one.round === round).map(({ outcome }) => outcome) ?? [];
      const all = [...of.outcomes, ...final, ...(of.canary ? [of.canary] : [])];
      expect(new Set(queries)).toEqual(new Set(all.map(({ queryIndex }) => queryIndex)));
      expect(queries).toHaveLength(new Set(queries).size);
      for (const [index, query] of queries.entries()) {
        expect(all.find(({ queryIndex }) => queryIndex === query)?.score).toBe(scores[index]);
      }
      expect(workflowHash).toBe(of.workflowHash);
    }
    expect(kept[0]).toMatchObject({ runId: 'mine', model: 'executor', method: 'rasch', simulated: true });
  });

  test('is nothing where nothing was executed', () => {
    expect(rowsToKeep('mine', replay([{ kind: 'run-started', configuration: madeUpConfiguration() }]))).toEqual([]);
  });
});

describe('what a run is offered', () => {
  const reader = { runId: 'new', model: 'executor', simulated: true };

  test('is of its own kind: memory of simulated models is not for real ones, nor the other way round', () => {
    const mixed = [row({ workflowHash: 'a' }), row({ workflowHash: 'b', simulated: false })];
    expect(rowsToRecall(mixed, reader).map(({ workflowHash }) => workflowHash)).toEqual(['a']);
    expect(rowsToRecall(mixed, { ...reader, simulated: false }).map(({ workflowHash }) => workflowHash)).toEqual(['b']);
  });

  test('begins with its own executor, then what was executed most, then the newest; each workflow of a model once', () => {
    const offered = rowsToRecall(
      [
        row({ workflowHash: 'few', queries: [1] }),
        row({ workflowHash: 'foreign', model: 'other' }),
        row({ workflowHash: 'newer', queries: [1, 2] }),
        row({ workflowHash: 'older', queries: [1, 2] }),
        row({ workflowHash: 'few', runId: 'oldest', queries: [3] }),
        row({ workflowHash: 'few', model: 'other', queries: [3] }),
      ],
      reader,
    );
    expect(offered.map(({ workflowHash, model, runId }) => `${workflowHash} ${model} ${runId}`)).toEqual([
      'newer executor earlier',
      'older executor earlier',
      'few executor earlier',
      'foreign other earlier',
      'few other earlier',
    ]);
  });

  test('holds no workflow that solved nothing, nothing of the run itself, and not more than fits', () => {
    const many = Array.from({ length: 50 }, (_, index) => row({ workflowHash: `w${index}` }));
    expect(rowsToRecall(many, reader)).toHaveLength(mostRowsRecalled);
    expect(rowsToRecall([row({ scores: Array(queryCount).fill(0) }), row({ runId: 'new' })], reader)).toEqual([]);
  });
});

describe('a run with memory', () => {
  test('asks for it once, before its first round, and has it in its log from then on', () => {
    const { log, state } = run(rows);
    expect(log.slice(0, 3).map(({ kind }) => kind)).toEqual(['run-started', 'memory-recalled', 'round-started']);
    expect(log.filter(({ kind }) => kind === 'memory-recalled')).toHaveLength(1);
    expect(state.memory).toBe(rows);
    expect(replay(log)).toEqual(state);
  });

  test('goes on without asking again when there was nothing', () => {
    const { log } = run([]);
    expect(log.filter(({ kind }) => kind === 'memory-recalled')).toHaveLength(1);
    expect(log.at(-1)?.kind).toBe('run-completed');
  });

  test('that is off never asks', () => {
    expect(run(undefined).log.some(({ kind }) => kind === 'memory-recalled')).toBe(false);
  });

  test('can be cut anywhere and goes on alike', () => {
    const whole = run(rows);
    for (const length of [1, 2, 7, whole.log.length - 1]) {
      const world = { ...madeUpWorld(3), memory: rows };
      expect(continueRun(world, whole.state.configuration, whole.log.slice(0, length)).log).toEqual(whole.log);
    }
  });

  test('scores the first workflow better than without: what the other queries are like is known', () => {
    const truth = (state: RunState) => {
      const world = madeUpWorld(3);
      const hash = state.rounds[0]?.workflowHash ?? '';
      const scores = Array.from({ length: queryCount }, (_, query) => world.score(hash, query, 0));
      return scores.reduce((sum, score) => sum + score, 0) / queryCount;
    };
    // Rows of the very world in which the run will be.
    const known = run(undefined, { method: 'full', warmUpRounds: 1 }).state;
    const remembered = rowsToKeep('earlier', known).slice(1);
    const error = ({ state }: Finished) => Math.abs((state.rounds[0]?.evaluation?.score ?? 0) - truth(state));
    expect(error(run(remembered))).toBeLessThan(error(run(undefined)));
  });

  test('draws strata by it where there is no warm-up', () => {
    const { state } = run(rows, { method: 'weighted' });
    const bins = binsByDifficulty(evidenceOf(state, state.rounds[1] as Round));
    const filled = bins.filter(({ queries }) => queries.length > 0);
    expect(filled.length).toBeGreaterThan(3);
    expect(filled[0]?.queries).toContain(39);
    expect(filled.at(-1)?.queries).toContain(0);
    expect(run([], { method: 'weighted' }).state.rounds[0]?.samples[0]?.strata).toHaveLength(1);
    expect(state.rounds[1]?.evaluation?.score).toBeGreaterThan(0);
  });

  test.each(['few-shot', 'scale', 'weighted', 'difference', 'rasch'])('runs %s from its first round to its end', (method) => {
    const { state } = run(rows, { method });
    expect(state.status).toBe('completed');
    for (const { evaluation } of state.rounds) if (evaluation) expect(evaluation.score).toBeLessThanOrEqual(1);
  });

  test('tries new workflows on a query that earlier ones solved', () => {
    const { state } = run(rows);
    const easy = canaryQuery({ ...state, rounds: [] });
    expect(rows.every(({ scores }) => scores[easy] === 1)).toBe(true);
  });

  test('lets go of it when its own executions show that its models are of the other kind', () => {
    const { state } = run(rows);
    expect(memoryOf(state)).toBe(rows);
    const real = { ...state, ledger: state.ledger.map((entry) => ({ ...entry, simulated: false })) };
    expect(memoryOf(real)).toEqual([]);
    expect(memoryOf({ ...real, ledger: [] })).toBe(rows);
  });
});

describe('the log refuses', () => {
  const started = applyEvent(undefined, {
    kind: 'run-started',
    configuration: madeUpConfiguration({ queryCount, search: { memory: true } }),
  });
  const recalled = (...given: MemoryRow[]) => applyEvent(started, { kind: 'memory-recalled', rows: given });

  test('memory twice, in a run that goes without, or after the first round has begun', () => {
    expect(() => applyEvent(recalled(), { kind: 'memory-recalled', rows: [] })).toThrow(/already begun without it/);
    const without = replay([{ kind: 'run-started', configuration: madeUpConfiguration() }]);
    expect(() => applyEvent(without, { kind: 'memory-recalled', rows: [] })).toThrow(/does not use memory/);
    const begun = applyEvent(started, { kind: 'round-started', round: 1, parentRound: 0, candidates: [] });
    expect(() => applyEvent(begun, { kind: 'memory-recalled', rows: [] })).toThrow(/already begun without it/);
    expect(planNextStep(started)).toEqual([{ kind: 'recall' }]);
  });

  test.each([
    ['a query that there is not', row({ queries: [40], scores: [1] })],
    ['a query twice', row({ queries: [1, 1], scores: [1, 0] })],
    ['a score above 1', row({ queries: [1], scores: [2] })],
    ['scores without queries', row({ queries: [1], scores: [1, 1] })],
  ])('%s', (_, wrong) => {
    expect(() => recalled(wrong)).toThrow(/round 1 of earlier has no row of scores in \[0, 1\] for these 40 queries/);
  });
});
