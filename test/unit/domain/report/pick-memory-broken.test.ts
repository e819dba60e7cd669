import { describe, expect, test } from 'vitest';
import { buildReport } from '../../../../services/domain/report/build-report.ts';
import { totalUse } from '../../../../services/domain/run/ledger/totals.ts';
import { rowsToKeep } from '../../../../services/domain/run/memory.ts';
import type { MemoryRow } from '../../../../services/domain/run/outcomes/outcome-row.ts';
import { asHtml, asMarkdown, asTerminal } from '../../cli/report/written-report.ts';
import { continueRun, madeUpConfiguration, madeUpWorld, type Overrides, type World } from '../search/made-up-world.ts';
import { madeUpBenchmark } from './made-up-benchmark.ts';

const finalPick = { policy: 'race', topK: 3, share: 0.2 };
const coldFewShot = { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0.1 };

function reported(overrides: Overrides, world: World = madeUpWorld()) {
  const { state } = continueRun(world, madeUpConfiguration({ queryCount: 40, ...overrides }));
  const model = buildReport(state, madeUpBenchmark(40), { runId: 'r' });
  return { state, model, texts: [asTerminal(model), asMarkdown(model), asHtml(model)] };
}

describe('the pick', () => {
  test('tells whom it cannot tell from the winner, by the queries that both were executed on', () => {
    const { state, model, texts } = reported({ search: { maxRounds: 10, finalPick }, evaluation: coldFewShot });
    const { pick } = model;
    expect(pick).toMatchObject({ policy: 'race', round: state.bestRound, executions: state.finalOutcomes?.length });
    const own = rowsToKeep('r', state).find(({ round }) => round === state.bestRound);
    expect(pick?.executed?.queries).toBe(own?.queries.length);
    const scored = state.rounds.filter(({ evaluation }) => evaluation !== undefined).map(({ round }) => round);
    expect(pick?.comparisons.map(({ round }) => round)).toEqual(scored.filter((round) => round !== state.bestRound));
    for (const { round, queries, pValue } of pick?.comparisons ?? []) {
      expect(queries).toBeGreaterThan(0);
      expect(pick?.tied.includes(round)).toBe((pValue ?? 1) > 0.05);
    }
    for (const text of texts) expect(text).toMatch(/picked by race, best of all with a probability of at least \d\.\d\d/);
  });

  test('by the highest score alone is no more certain than its executions make it', () => {
    const { model } = reported({ search: { maxRounds: 6 }, evaluation: { ...coldFewShot, method: 'predicted' } });
    expect(model.pick).toMatchObject({ policy: 'argmax', executions: 0, certainty: 0 });
    expect(model.pick).not.toHaveProperty('executed');
  });

  test.each([
    [
      'a race',
      { finalPick },
      /^(Another round has|\d+ other rounds have) the same score; the final pick \(race\) chose among them\.$/,
    ],
    // It executes nothing here, and takes the newest all the same.
    ['a race without a budget', { finalPick: { ...finalPick, share: 0 } }, /; the final pick \(race\) chose among them\.$/],
    ['the highest score', {}, /^(Round \d+ has|Rounds [\d, ]+ and \d+ have) the same score; the earliest was taken\.$/],
  ])('among equal scores by %s is told as it was made', (_, search, told) => {
    const { model } = reported({ search: { maxRounds: 10, ...search }, evaluation: { ...coldFewShot, fewShotRatio: 0.05 } });
    expect(model.remarks.filter((remark) => remark.includes('the same score'))).toEqual([expect.stringMatching(told)]);
  });
});

describe('memory', () => {
  const rows: MemoryRow[] = rowsToKeep('earlier', reported({ evaluation: coldFewShot }).state);

  test('is shown with where it comes from', () => {
    const { model, texts } = reported(
      { search: { memory: true, maxRounds: 4 }, evaluation: coldFewShot },
      { ...madeUpWorld(), memory: rows },
    );
    const executions = rows.reduce((sum, { queries }) => sum + queries.length, 0);
    expect(model.memory).toMatchObject({ executions, simulated: true, used: true });
    expect(model.memory?.runs).toMatchObject([{ runId: 'earlier', executions, models: ['executor'], methods: ['few-shot'] }]);
    for (const text of texts)
      expect(text).toMatch(new RegExp(`${executions} executions of ${rows.length} workflows from earlier runs`));
  });

  test('that was not there is said not to be, and a run without it says nothing', () => {
    const { texts } = reported({ search: { memory: true, maxRounds: 3 } });
    for (const text of texts) expect(text).toContain('nothing was kept from earlier runs on these queries');
    expect(reported({ search: { maxRounds: 3 } }).model).not.toHaveProperty('memory');
  });
});

describe('broken candidates', () => {
  const breaking = madeUpWorld(1, 0.6);
  const search = { maxRounds: 12, proposalAttempts: 1 };

  test('cost a proposal and a query each where there is a canary, and all of their executions where there is none', () => {
    const { model: guarded, texts } = reported({ search: { ...search, canary: true } }, breaking);
    const { model: bare } = reported({ search, evaluation: { method: 'full', warmUpRounds: 0 } }, breaking);
    const { broken } = guarded.ledger;
    expect(broken.canary.candidates).toBeGreaterThan(0);
    expect(broken.executed.candidates).toBe(0);
    // 500 tokens a proposal, 100 to 106 an execution.
    expect(broken.canary.tokens / broken.canary.candidates).toBeLessThan(607);
    expect(broken.refused.tokens).toBe(500 * broken.refused.candidates);
    expect(bare.ledger.broken.executed.tokens / bare.ledger.broken.executed.candidates).toBeGreaterThan(40 * 100);
    expect(broken.tokens).toBe(broken.refused.tokens + broken.canary.tokens);
    for (const text of texts) expect(text).toMatch(/tokens \(\d+ %\) on \d+ broken candidates: \d+ refused, \d+ on the canary/);
  });

  test('are never more than everything', () => {
    const { state, model } = reported({ search: { ...search, finalPick }, evaluation: coldFewShot }, breaking);
    expect(model.ledger.broken.tokens).toBeLessThanOrEqual(totalUse(state.ledger).tokens);
    expect(model.ledger.broken.executed.candidates).toBeGreaterThan(0);
  });
});
