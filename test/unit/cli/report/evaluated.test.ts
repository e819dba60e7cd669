import { expect, it } from 'vitest';
import { describeEvaluated } from '../../../../services/cli/report/words.ts';
import { everythingReported } from './made-up-report.ts';

it('counts as evaluated in full what was executed on every query, whatever the method', () => {
  const report = everythingReported();
  const [round] = report.rounds;
  if (round === undefined) throw new Error('the report has a round');
  const scored = (executed: number, method = 'few-shot') => ({
    ...round,
    score: 0.5,
    method,
    queries: { executed, scored: executed },
  });
  const all = report.run.queries;
  expect(describeEvaluated({ ...report, rounds: [scored(all), scored(all, 'full'), scored(all - 1)] })).toBe(
    '3 workflows: 2 in full, 1 by estimate',
  );
});
