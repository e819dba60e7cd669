import { describe, expect, test } from 'vitest';
import { noUsage } from '../../../../services/domain/run/ledger/totals.ts';
import { executedScore } from '../../../../services/domain/run/outcomes/outcomes.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { cellOfRun, testOfRun } from '../../../../services/domain/sweep-report/cell-of-run.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../search/made-up-world.ts';

const searched = continueRun(madeUpWorld(5), madeUpConfiguration({ queryCount: 40, evaluation: { warmUpRounds: 4 } })).state;
const evaluated = continueRun(
  madeUpWorld(),
  madeUpConfiguration({ kind: 'evaluation', queryCount: 4, search: { maxRounds: 1 }, evaluation: { method: 'full' } }),
).state;

/** The evaluation with these outcomes on its four queries. */
function withFailures(kinds: readonly (string | undefined)[]): RunState {
  const [round] = evaluated.rounds;
  if (round === undefined) throw new Error('nothing was evaluated');
  const outcomes = round.outcomes.map((outcome) => {
    const kind = kinds[outcome.queryIndex];
    const failure = kind === undefined ? {} : { score: 0, failure: { kind, message: `it is ${kind}` } };
    return { ...outcome, score: 1, ...failure };
  });
  const evaluation = { method: 'full', ...executedScore(outcomes as never), executions: 4 };
  return { ...evaluated, rounds: [{ ...round, outcomes, evaluation } as unknown as (typeof evaluated.rounds)[number]] };
}

describe('a search', () => {
  const cell = cellOfRun(searched, { runId: 'run-1', startedAtMs: 1_000, endedAtMs: 61_000 });

  test('has its own score, the tokens of its ledger, and no test', () => {
    const best = searched.rounds[(searched.bestRound ?? 0) - 1];
    expect(cell.score).toMatchObject({ value: best?.evaluation?.score, method: best?.evaluation?.method, ofQueries: 40 });
    expect(cell.test).toBeUndefined();
    expect(cell.wallMs).toBe(60_000);
  });

  test('says what was asked for again', () => {
    const refused = searched.rounds.flatMap(({ proposals }) => proposals.filter(({ failure }) => failure !== undefined));
    const proposals = cell.repeated.filter(({ what }) => what === 'proposal');
    expect(refused.length).toBeGreaterThan(0);
    expect(proposals.reduce((sum, { count }) => sum + count, 0)).toBe(refused.length);
    expect(new Set(proposals.map(({ why }) => why))).toEqual(new Set(refused.map(({ failure }) => failure?.kind)));
  });

  test('has the time of its calls, of which those that the response cache answered took none', () => {
    const none = { calls: 0, tokens: 0 };
    const use = { model: 'm', usage: noUsage };
    const spent = {
      ...{ answered: none, answeredAgain: none, useless: none, lost: none, preflight: none, cached: none },
      ...{ callsInFlight: 0, estimatedTokens: 0 },
      uses: [
        { ...use, part: 'answered' as const, tookMs: 700 },
        { ...use, part: 'lost' as const },
        { ...use, part: 'cached' as const },
      ],
    };
    const { timedCalls, period } = cellOfRun(searched, { runId: 'run-1', spent, startedAtMs: 5, endedAtMs: 9 });
    expect(timedCalls).toEqual([{ model: 'm', tookMs: 700 }, { model: 'm' }, { model: 'm', tookMs: 0 }]);
    expect(period).toEqual({ startedAtMs: 5, endedAtMs: 9 });
  });

  test('says what became of its calls', () => {
    const none = { calls: 0, tokens: 0 };
    const spent = {
      ...{
        answered: none,
        answeredAgain: { calls: 1, tokens: 20 },
        useless: { calls: 3, tokens: 5 },
        lost: none,
        preflight: none,
      },
      ...{ callsInFlight: 0, estimatedTokens: 0, uses: [] },
    };
    const { repeated, spentTokens, tokens } = cellOfRun(searched, { runId: 'run-1', spent });
    expect(spentTokens).toBe(tokens + 25);
    expect(repeated).toContainEqual({ what: 'call', why: 'the reply was of no use', count: 3, tokens: 5 });
    expect(repeated).toContainEqual({ what: 'job', why: 'it was done a second time', count: 1, tokens: 20 });
  });
});

describe('an evaluation', () => {
  test('is as good as a test, and its tokens are not counted twice', () => {
    const { test: tested, score } = cellOfRun(evaluated, { runId: 'run-1' });
    expect(tested).toMatchObject({ value: score?.value, queries: 4, ofQueries: 4, runId: 'run-1', tokens: 0 });
    expect(testOfRun({ ...evaluated, status: 'cancelled' }, { runId: 'run-1' })).toBeUndefined();
  });

  test('counts a failure of the workflow as 0, and what the infrastructure failed not at all', () => {
    // Two right, one program that failed, one whose worker died: 2 of 3, not 2 of 4.
    const { score } = cellOfRun(withFailures([undefined, 'code', 'poison', undefined]), { runId: 'run-1' });
    expect(score).toMatchObject({ value: 2 / 3, queries: 3, ofQueries: 4 });
    expect([...(score?.byQuery ?? [])]).toEqual([
      [0, 1],
      [1, 0],
      [3, 1],
    ]);
    const all = cellOfRun(withFailures([undefined, 'code', undefined, undefined]), { runId: 'run-1' });
    expect(all.score).toMatchObject({ value: 0.75, queries: 4 });
    expect(all.failures).toEqual([{ kind: 'code', class: 'code', count: 1, examples: [{ round: 1, message: 'it is code' }] }]);
  });

  test('that got no answer at all has no test score', () => {
    const rounds = evaluated.rounds.map(({ evaluation: _, ...round }) => round);
    const { bestRound: _, ...state } = { ...evaluated, rounds };
    expect(testOfRun(state, { runId: 'run-1' })).toBeUndefined();
    expect(cellOfRun(state, { runId: 'run-1' }).score).toBeUndefined();
  });
});
