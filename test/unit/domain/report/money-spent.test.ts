import { expect, it } from 'vitest';
import { moneySpent } from '../../../../services/domain/report/money-spent.ts';
import { reportSpent } from '../../../../services/domain/report/report-spent.ts';
import type { CallAttempt } from '../../../../services/domain/run/ledger/call-attempt.ts';
import { createSpentTally, spentBeside } from '../../../../services/domain/run/ledger/spent.ts';

const model = 'small';
/** A million a token: money is tokens. */
const price = { model, input: 1_000_000, cachedInput: 1_000_000, output: 1_000_000, reasoning: 1_000_000, batch: 1 };
const prices = { currency: 'EUR', prices: [price] };

it('is of the same calls as the tokens, whether the log has their answers already or not', () => {
  const tally = createSpentTally();
  for (const attempt of [answered('a', 100), answered('b', 40), { ...answered('c', 7), state: 'useless' as const }])
    tally.add(attempt);
  const spent = tally.spent(false);
  for (const charged of [0, 100, 140]) {
    const ledger = charged === 0 ? [] : [{ model, usage: usageOf(charged) }];
    const tokens = 147;
    expect(moneySpent(prices, ledger, spent)?.amount, `${charged} of 140 tokens are in the log`).toBe(tokens);
    expect(spentBeside(charged, spent).tokens).toBe(tokens);
    expect(reportSpent(charged, spent, false).tokens).toBe(tokens);
    expect(reportSpent(charged, spent, true).tokens).toBe(tokens);
  }
});

function answered(callId: string, tokens: number): CallAttempt {
  const jobId = 'job';
  return {
    attemptId: `${jobId}.${callId}/1`,
    jobId,
    callId,
    model,
    usage: usageOf(tokens),
    usageEstimated: false,
    state: 'answered',
  };
}

function usageOf(promptTokens: number) {
  return { promptTokens, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
}
