import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';
import { calibrationWeight } from '../../../../services/domain/evaluation/scale.ts';
import { buildReport } from '../../../../services/domain/report/build-report.ts';
import type { ReportModel } from '../../../../services/domain/report/report-model.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { continueRun, madeUpConfiguration, madeUpWorld, type Overrides, replay, type World } from '../search/made-up-world.ts';
import { madeUpBenchmark } from './made-up-benchmark.ts';

const meta = { runId: 'made-up-1', startedAtMs: 1000, endedAtMs: 5000 };

function reported(overrides: Overrides = {}, world: World = madeUpWorld()): { state: RunState; model: ReportModel } {
  const { state } = continueRun(world, madeUpConfiguration({ queryCount: 40, ...overrides }));
  return { state, model: buildReport(state, madeUpBenchmark(overrides.queryCount ?? 40), meta) };
}

describe('the report of a run', () => {
  it('tells each round with its score, method, parent and edit', () => {
    const { state, model } = reported();
    expect(model.rounds).toHaveLength(state.rounds.length);
    expect(model.rounds[0]).toMatchObject({ round: 1, parentRound: 0, method: 'full', executions: 40, refusedProposals: 0 });
    for (const [index, round] of state.rounds.entries()) {
      expect(model.rounds[index]?.score).toBe(round.evaluation?.score);
      expect(model.rounds[index]?.parentRound).toBe(round.parentRound);
      expect(model.rounds[index]?.modification).toBe(round.modification);
    }
  });

  it('spends what the ledger holds, phase after phase', () => {
    const { model } = reported();
    const { ledger, spending } = model;
    expect(ledger.byPhase.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(ledger.total.tokens);
    expect(ledger.byModel.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(ledger.total.tokens);
    let before = 0;
    for (const entry of spending) {
      expect(entry.before).toBe(before);
      before += entry.tokens;
    }
    expect(before).toBe(ledger.total.tokens);
    expect(spending.slice(0, 2).map(({ round, phase }) => [round, phase])).toEqual([
      [1, 'warm-up'],
      [1, 'predict'],
    ]);
  });

  it('names the best workflow, where it came from, and how sure its score is', () => {
    const { state, model } = reported({ evaluation: { method: 'full' } });
    const { best } = model;
    expect(best?.round).toBe(state.bestRound);
    expect(best?.lineage.at(0)).toBe(1);
    expect(best?.lineage.at(-1)).toBe(best?.round);
    expect(best?.initialScore).toBe(state.rounds[0]?.evaluation?.score);
    expect(best?.interval?.low).toBeLessThan(best?.score ?? 0);
    expect(best?.text).toContain('solve = custom');
    expect(best?.mermaid).toMatch(/^flowchart TD/);
  });

  it('says of a query-level run how many queries have a workflow of their own, and shows all refusals', () => {
    const { state, model } = reported({
      kind: 'query-level',
      search: { maxRounds: 1 },
      evaluation: { method: 'full', warmUpRounds: 0 },
    });
    const proposals = state.rounds[0]?.queryProposals ?? [];
    const written = proposals.filter(({ workflow }) => workflow !== undefined).length;
    expect(model.remarks[0]).toMatch(new RegExp(`^${written} queries have a workflow.* the other ${40 - written}, `));
    expect(model.refusals.reduce((sum, { count }) => sum + count, 0)).toBe(proposals.length - written);
    expect(model.ledger.byPhase.map(({ phase }) => phase)).toEqual(['propose', 'test']);
    expect(model.spending.at(-1)).toMatchObject({ round: 1, phase: 'test' });
  });

  it('says that a best score is an estimate if it is one, and gives it no interval', () => {
    const { state, model } = reported({ evaluation: { method: 'few-shot', warmUpRounds: 1, fewShotRatio: 0.1 } });
    expect(model.best?.method).toBe('few-shot');
    expect(model.best?.interval).toBeUndefined();
    expect(model.remarks[0]).toBe('The best score is an estimate: it rests on 4 executions (a full evaluation has 40) alone.');
    const picked = reported({
      search: { finalPick: { policy: 'race', topK: 3, share: 0.3 } },
      evaluation: { method: 'few-shot', warmUpRounds: 1, fewShotRatio: 0.1 },
    }).model;
    const { queries, score } = picked.pick?.executed ?? { queries: 0, score: 0 };
    expect(queries).toBeGreaterThan(4);
    expect(picked.remarks[0]).toBe(
      `The best score is an estimate: it rests on 4 executions (a full evaluation has 40) alone; on all ${queries} queries that the final pick has seen too it is ${score.toFixed(4)}.`,
    );
    const chosen = 'The best of many noisy scores is too high on average';
    const remarksAt = (rounds: number) =>
      buildReport({ ...state, rounds: state.rounds.slice(0, rounds) }, madeUpBenchmark(40), meta).remarks.join();
    expect(remarksAt(state.rounds.length)).toContain(chosen);
    // Of one score, nothing was chosen.
    expect(remarksAt(1)).not.toContain(chosen);
  });

  it("tells what the benchmark's own warnings say, and how often its scorer failed", () => {
    const { state } = reported();
    const warnings = ['3 of 40 queries are in the split test too.'];
    const rounds = state.rounds.map((round, at) => ({
      ...round,
      outcomes: round.outcomes.map((outcome, index) =>
        at === 0 && index < 2
          ? { ...outcome, score: 0, failure: { kind: 'scorer' as const, message: 'the judge failed' } }
          : outcome,
      ),
    }));
    const { remarks } = buildReport({ ...state, rounds }, { ...madeUpBenchmark(40), warnings }, meta);
    expect(remarks).toContain(warnings[0]);
    expect(remarks).toContain('In 2 executions the scorer itself failed, which counts as 0: see the failures.');
  });

  it('names the rounds that have the same score', () => {
    const { state } = reported({ search: { maxRounds: 4 } });
    const remarksWith = (count: number) => {
      const rounds = state.rounds.map((round, at) =>
        round.evaluation === undefined ? round : { ...round, evaluation: { ...round.evaluation, score: at < count ? 0.9 : 0.1 } },
      );
      return buildReport({ ...state, rounds, bestRound: 1, status: 'running' }, madeUpBenchmark(40), meta).remarks.join('\n');
    };
    expect(remarksWith(2)).toContain('Round 2 has the same score; the earliest was taken.');
    expect(remarksWith(3)).toContain('Rounds 2 and 3 have the same score; the earliest was taken.');
  });

  it('tells that all answers score the same, by which no workflow can be found', () => {
    const { state } = reported();
    const remarksWith = (score: number, rest = score) => {
      const rounds = state.rounds.map((round) => ({
        ...round,
        outcomes: [...round.outcomes].map((outcome, index) => {
          const { failure: _, ...answered } = outcome;
          return { ...answered, score: index === 0 ? rest : score };
        }),
      }));
      return buildReport({ ...state, rounds }, madeUpBenchmark(40), meta).remarks.join('\n');
    };
    expect(remarksWith(0)).toMatch(/^All \d+ answers score 0: no workflow can look better than another\./m);
    expect(remarksWith(1)).toMatch(/^All \d+ answers score 1: there is nothing to improve/m);
    expect(remarksWith(0, 1)).not.toMatch(/^All \d+ answers/m);
  });

  it('tells that replies were cut off where these decide scores, and which limit to raise', () => {
    const { state } = reported();
    const remarksWith = (share: number) => {
      const failure = { kind: 'cut-off' as const, message: 'it was cut off' };
      const some = <Item extends object>(items: readonly Item[]) =>
        items.map((item, index) => (index < Math.ceil(share * items.length) ? { ...item, failure } : item));
      const rounds = state.rounds.map((round) => ({
        ...{ ...round, outcomes: some([...round.outcomes]) },
        proposals: some(round.proposals),
      }));
      return buildReport({ ...state, rounds }, madeUpBenchmark(40), meta).remarks.join('\n');
    };
    expect(remarksWith(1)).toMatch(/^(\d+) of \1 executions were cut off .* as 0: raise models\.executor\.max_tokens, or/m);
    expect(remarksWith(1)).toMatch(/^(\d+) of \1 proposals were cut off .*: raise models\.optimizer\.max_tokens\.$/m);
    expect(remarksWith(0)).not.toContain('cut off');
  });

  it('groups refused proposals and failed executions by kind, the most frequent first', () => {
    const world = madeUpWorld();
    const { state, model } = reported({}, world);
    const refused = state.rounds.flatMap(({ proposals }) => proposals.filter(({ failure }) => failure !== undefined));
    expect(model.refusals.reduce((sum, { count }) => sum + count, 0)).toBe(refused.length);
    const counts = model.refusals.map(({ count }) => count);
    expect(counts).toEqual([...counts].sort((one, other) => other - one));
    expect(model.refusals.find(({ kind }) => kind === 'invalid-workflow')?.examples).toEqual([
      { round: expect.any(Number), message: 'solve: there is no operator "guess"' },
    ]);
    expect(model.executionFailures).toEqual([]);
  });

  it('tells of a round that found no workflow', () => {
    const stubborn: World = {
      ...madeUpWorld(),
      propose: () => ({ failure: { kind: 'unparsable-reply', message: 'there is no <workflow>' } }),
    };
    const { model } = reported({ search: { maxRounds: 3, proposalAttempts: 2 } }, stubborn);
    expect(model.rounds[1]).toMatchObject({ completed: true, refusedProposals: 2, executions: 0 });
    expect(model.rounds[1]?.score).toBeUndefined();
    expect(model.rounds[1]?.failure).toBeTypeOf('string');
    expect(model.remarks).toContain('2 rounds of 3 found no usable workflow.');
  });

  it('is marked as simulated if a simulated model gave any answer, and only then', () => {
    const { state, model } = reported();
    expect(model.simulated).toBe(true);
    const real = { ...state, ledger: state.ledger.map((entry) => ({ ...entry, simulated: false })) };
    expect(buildReport(real, madeUpBenchmark(40), meta).simulated).toBe(false);
    const mixed = { ...real, ledger: real.ledger.map((entry, index) => ({ ...entry, simulated: index === 3 })) };
    expect(buildReport(mixed, madeUpBenchmark(40), meta).simulated).toBe(true);
  });

  it('can be made of a run that has only begun', () => {
    const state = replay([{ kind: 'run-started', configuration: madeUpConfiguration({ queryCount: 40 }) }]);
    const model = buildReport(state, madeUpBenchmark(40), { runId: 'r' });
    expect(model).toMatchObject({ rounds: [], spending: [], simulated: false, remarks: ['No workflow has a score yet.'] });
    expect(model.best).toBeUndefined();
  });
});

it('the other scorers are reported beside the one that decides, a failed execution as 0', () => {
  const { state } = reported();
  const rounds = state.rounds.map((round) => ({
    ...round,
    outcomes: round.outcomes.map((outcome, index) =>
      index === 0
        ? { ...outcome, score: 0, failure: { kind: 'cut-off' as const, message: 'too long' } }
        : { ...outcome, otherScores: { 'gsm8k-aflow': index % 2 } },
    ),
  }));
  const benchmark = { ...madeUpBenchmark(40), otherScorers: ['gsm8k-aflow'] };
  const model = buildReport({ ...state, rounds }, benchmark, meta);
  expect(model.run).toMatchObject({ scorer: 'strict', otherScorers: ['gsm8k-aflow'] });
  expect(model.rounds[0]?.otherScores).toEqual({ 'gsm8k-aflow': 20 / 40 });
});

it('a round of which the infrastructure has lost every execution is reported without scores', () => {
  const { state } = reported({ evaluation: { warmUpRounds: 4, fewShotRatio: 0.2 } });
  const lost = { kind: 'unavailable' as const, message: 'HTTP 503' };
  const rounds = state.rounds.map((round) =>
    round.round > 1 ? round : { ...round, outcomes: round.outcomes.map((outcome) => ({ ...outcome, score: 0, failure: lost })) },
  );
  const model = buildReport({ ...state, rounds }, { ...madeUpBenchmark(40), otherScorers: ['gsm8k-aflow'] }, meta);
  expect(model.rounds[0]).toMatchObject({ executions: 40, queries: { executed: 40, scored: 0 }, wrongAnswers: 0 });
  expect(model.rounds[0]?.otherScores).toBeUndefined();
  expect(model.executionFailures).toEqual([
    { kind: 'unavailable', class: 'infrastructure', count: 40, examples: [{ round: 1, message: 'HTTP 503' }] },
  ]);
  expect(model.remarks.join()).toContain('40 executions failed for reasons of the infrastructure');
});

it('a report of a run that went on is that of its log, whatever was reported before', () => {
  const { log } = continueRun(madeUpWorld(), madeUpConfiguration({ queryCount: 40 }));
  const about = (events: typeof log) => JSON.stringify(buildReport(replay(events), madeUpBenchmark(40), meta));
  let state: RunState | undefined;
  for (const [place, event] of log.entries()) {
    state = applyEvent(state, event);
    const report = JSON.stringify(buildReport(state, madeUpBenchmark(40), meta));
    if (place % 8 === 0) expect(report).toBe(about(log.slice(0, place + 1)));
  }
});

describe('estimates against full evaluation', () => {
  it('are worked out in hindsight for fully executed rounds, from the sample of the first estimated one', () => {
    const { state, model } = reported({ evaluation: { warmUpRounds: 4, fewShotRatio: 0.2 } });
    const sample = new Set(state.rounds.find(({ round }) => round === 5)?.samples.flatMap(({ queryIndexes }) => queryIndexes));
    expect(sample.size).toBe(8);
    const [first] = model.estimates.rounds;
    const scores = state.rounds[0]?.outcomes.filter(({ queryIndex }) => sample.has(queryIndex)).map(({ score }) => score) ?? [];
    const fewShot = scores.reduce((sum, score) => sum + score, 0) / 8;
    const predicted = state.rounds[0]?.evaluation?.predicted ?? Number.NaN;
    const alpha = calibrationWeight(Math.abs(predicted - fewShot), 0.2, state.configuration.evaluation);
    expect(first).toMatchObject({ round: 1, full: state.rounds[0]?.evaluation?.score, fewShot, predicted, inHindsight: true });
    expect(first?.calibrated).toBeCloseTo((1 - alpha) * predicted + alpha * fewShot, 12);
    expect(model.remarks.some((remark) => remark.includes('in hindsight'))).toBe(true);
  });

  it('are compared on the rounds that have both', () => {
    const { state, model } = reported({ evaluation: { warmUpRounds: 4 } });
    const pairs = state.rounds.slice(0, 4).flatMap(({ evaluation }) => (evaluation?.predicted === undefined ? [] : [evaluation]));
    const error = pairs.reduce((sum, { score, predicted = 0 }) => sum + Math.abs(score - predicted), 0) / pairs.length;
    const predicted = model.estimates.agreements.find(({ estimate }) => estimate === 'predicted');
    expect(predicted?.count).toBe(pairs.length);
    expect(predicted?.meanAbsoluteError).toBeCloseTo(error, 12);
  });

  it('are not compared where there is nothing to compare with', () => {
    const { model } = reported({ evaluation: { method: 'full' } });
    expect(model.estimates.agreements).toEqual([]);
    expect(model.estimates.rounds.every(({ inHindsight }) => !inHindsight)).toBe(true);
  });
});

describe('the query-by-workflow matrix', () => {
  it('holds the score of each executed query, from the hardest query to the easiest', () => {
    const { state, model } = reported();
    const { queries, rows } = model.matrix;
    expect(queries).toHaveLength(40);
    const means = queries.map(({ meanScore }) => meanScore ?? 2);
    expect(means).toEqual([...means].sort((one, other) => one - other));
    for (const { round, cells } of rows) {
      for (const outcome of state.rounds[round - 1]?.outcomes ?? []) {
        expect(cells[queries.findIndex(({ index }) => index === outcome.queryIndex)]).toBe(outcome.score);
      }
      const executed = new Set(state.rounds[round - 1]?.outcomes.map(({ queryIndex }) => queryIndex));
      expect(cells.filter((cell) => cell !== null)).toHaveLength(executed.size);
    }
  });

  it('tells a failed execution from a wrong answer', () => {
    const { state } = reported();
    const failing = state.rounds.map((round) => ({
      ...round,
      outcomes: round.outcomes.map((outcome, index) =>
        index === 0 ? { ...outcome, score: 0, failure: { kind: 'cut-off' as const, message: 'too long' } } : outcome,
      ),
    }));
    const model = buildReport({ ...state, rounds: failing }, madeUpBenchmark(40), meta);
    const column = model.matrix.queries.findIndex(({ index }) => index === 0);
    expect(model.matrix.rows[0]?.cells[column]).toBe('failed');
    expect(model.executionFailures[0]).toMatchObject({ kind: 'cut-off', examples: [{ round: 1, message: 'too long' }] });
    expect(model.rounds[0]?.failures).toEqual([
      { kind: 'cut-off', class: 'too-long', count: 1, examples: [{ round: 1, message: 'too long' }] },
    ]);
    expect(model.rounds[0]?.queries).toEqual({ executed: 40, scored: 40 });
  });

  it('says on how many queries a score stands, and counts what went wrong by class', () => {
    const { state } = reported();
    const lost = { kind: 'poison' as const, message: 'it killed its workers' };
    const rounds = state.rounds.map((round) => ({
      ...round,
      outcomes: round.outcomes.map((outcome, index) =>
        index < 2 ? { ...outcome, score: 0, failure: lost } : { ...outcome, score: index === 2 ? 0 : 1 },
      ),
    }));
    const [round] = buildReport({ ...state, rounds }, madeUpBenchmark(40), meta).rounds;
    expect(round).toMatchObject({ queries: { executed: 40, scored: 38 }, wrongAnswers: 1, executions: 40 });
    expect(round?.failures).toMatchObject([{ kind: 'poison', class: 'infrastructure', count: 2 }]);
  });
});

it('any run, by any method, gives a report that JSON keeps whole', () => {
  const overrides = fc.record({
    seed: fc.integer({ min: 0, max: 1000 }),
    queryCount: fc.integer({ min: 1, max: 20 }),
    search: fc.record({ maxRounds: fc.integer({ min: 1, max: 6 }), proposalAttempts: fc.integer({ min: 1, max: 2 }) }),
    evaluation: fc.record({
      method: fc.constantFrom(...evaluationMethods.keys()),
      warmUpRounds: fc.integer({ min: 0, max: 2 }),
      fewShotRatio: fc.constantFrom(0.01, 0.3, 1),
      repeats: fc.integer({ min: 1, max: 2 }),
    }),
  });
  fc.assert(
    fc.property(overrides, fc.integer({ min: 0, max: 1000 }), (chosen, worldSeed) => {
      const { model } = reported(chosen, madeUpWorld(worldSeed));
      expect(JSON.parse(JSON.stringify(model))).toStrictEqual(model);
      expect(model.spending.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(model.ledger.total.tokens);
    }),
    { numRuns: 60 },
  );
});
