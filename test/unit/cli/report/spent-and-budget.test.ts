import { describe, expect, it } from 'vitest';
import { describeSpent } from '../../../../services/cli/progress/describe-spent.ts';
import { reportSpent } from '../../../../services/domain/report/report-spent.ts';
import { createSpentTally, type Spent } from '../../../../services/domain/run/ledger/spent.ts';
import { totalUse } from '../../../../services/domain/run/ledger/totals.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';
import { finishedState, reportOf } from './made-up-report.ts';
import { asHtml, asMarkdown, asTerminal } from './written-report.ts';

const state = finishedState();
const charged = totalUse(state.ledger).tokens;
const equal: Spent = { ...createSpentTally().spent(true), answered: { calls: 10, tokens: charged } };
const beside: Spent = {
  ...equal,
  useless: { calls: 3, tokens: 1_200 },
  lost: { calls: 1, tokens: 4_000 },
  answeredAgain: { calls: 2, tokens: 500 },
  estimatedTokens: 4_000,
};
const spentTokens = (charged + 5_700).toLocaleString('en-US');
const forms = { terminal: asTerminal, Markdown: asMarkdown, HTML: asHtml };

describe.each(Object.entries(forms))('what was spent, in the report as %s', (_form, render) => {
  it('is not mentioned where it is what was charged, or where nobody knows', () => {
    expect(render(reportOf(state))).not.toMatch(/Charged and spent|^\W*Spent/m);
    expect(render(reportOf(state, equal))).toBe(render(reportOf(state)));
    const tried = { ...equal, preflight: { calls: 2, tokens: 9 } };
    expect(render(reportOf(state, tried))).toBe(render(reportOf(state)));
  });

  it('is itemised where it is more', () => {
    const text = render(reportOf(state, beside));
    expect(text).toContain(spentTokens);
    expect(text).toContain('~4,000');
    expect(text).toMatch(/1,200/);
  });
});

it('is a sentence with each part', () => {
  expect(describeSpent(reportSpent(charged, beside, true))).toBe(
    `${spentTokens}: what was charged, and 3 replies of no use 1,200, 1 call lost in flight ~4,000, 2 calls answered again 500`,
  );
  const cancelled = { ...equal, answered: { calls: 11, tokens: charged + 300 } };
  expect(describeSpent(reportSpent(charged, cancelled, true))).toMatch(/and answers that are not in the log 300$/);
  // While the run goes on, some are always on their way there: they have been paid for all the same.
  expect(describeSpent(reportSpent(charged, cancelled, false))).toBe(
    `${(charged + 300).toLocaleString('en-US')}: what was charged, and answers that are not in the log yet 300`,
  );
});

describe('a token budget that ended the search', () => {
  const run = (tokenBudget: number) =>
    continueRun(madeUpWorld(2), madeUpConfiguration({ search: { tokenBudget }, evaluation: { method: 'full' } })).state;

  it('is named with its figures, by what was spent', () => {
    const ended = run(40_000);
    const tokens = totalUse(ended.ledger).tokens;
    const report = asTerminal(reportOf(ended));
    expect(report).toContain(
      `completed (the token budget: ${tokens.toLocaleString('en-US')} of 40,000 tokens, and the rest is not enough for more)`,
    );
    const lost: Spent = { ...equal, answered: { calls: 1, tokens }, lost: { calls: 1, tokens: 77 } };
    expect(asTerminal(reportOf(ended, lost))).toContain(`${(tokens + 77).toLocaleString('en-US')} of 40,000 tokens`);
  });

  it('that reached for nothing says what to do', () => {
    const report = asTerminal(reportOf(run(1)));
    expect(report).toContain('completed (the token budget: 0 of 1 tokens, and the rest is not enough for more) after 1 round');
    expect(report).toContain('Best       no workflow has a score\n');
    expect(report).toContain('Note: No workflow has a score: raise search.token_budget.');
    expect(report).toContain('Note: Round 1: the token budget of 1 is not enough for the rest of the round');
  });

  it('marks the score of a round that it has cut short, and gives it no interval', () => {
    const report = asTerminal(reportOf(run(1_000)));
    expect(report).toMatch(/^Best {7}round 1 with [01]\.\d{4} \(partial\)/m);
    expect(report).toMatch(/rests on \d executions \(a full evaluation has 264\) alone/);
  });
});

it('tells of a budget that was not reached how far it is used', () => {
  const far = {
    ...state,
    configuration: { ...state.configuration, search: { ...state.configuration.search, tokenBudget: 9_000_000 } },
  };
  expect(asTerminal(reportOf(far))).toContain(`Budget     ${charged.toLocaleString('en-US')} of 9,000,000 tokens`);
});
