import { expect, test } from 'vitest';
import { callsAtOnce, timeOf } from '../../../../services/domain/report/calls-at-once.ts';
import { reportSpent } from '../../../../services/domain/report/report-spent.ts';
import { createSpentTally } from '../../../../services/domain/run/ledger/spent.ts';
import { noUsage } from '../../../../services/domain/run/ledger/totals.ts';

const attempt = (attemptId: string, model: string, tookMs?: number) => ({
  ...{ attemptId, jobId: attemptId, callId: 'c', model, usage: noUsage, usageEstimated: false },
  ...(tookMs === undefined ? { state: 'begun' as const } : { state: 'answered' as const, tookMs }),
});

test('the time of all calls of a model over the time of the run, whatever became of them, the busiest model first', () => {
  const tally = createSpentTally();
  for (const [id, model, tookMs] of [
    ['1/1', 'b', 900],
    ['2/1', 'a', 100],
    ['3/1', 'b', 600],
  ] as const) {
    tally.add(attempt(id, model));
    tally.add(attempt(id, model, tookMs));
    // A note that comes again changes nothing.
    tally.add(attempt(id, model, tookMs));
  }
  tally.add({ ...attempt('4/1', 'b', 500), state: 'useless' });
  const { uses } = tally.spent(true);
  expect(callsAtOnce(uses, 1_000)).toEqual([
    { model: 'b', calls: 2 },
    { model: 'a', calls: 0.1 },
  ]);
});

test('it is not known of a run whose calls or whose time are not', () => {
  const tally = createSpentTally();
  tally.add({ ...attempt('1/1', 'm'), state: 'answered' });
  const spent = tally.spent(true);
  expect(callsAtOnce(spent.uses, 1_000)).toBeUndefined();
  expect(callsAtOnce([{ model: 'm', tookMs: 5 }], 0)).toBeUndefined();
  expect(reportSpent(0, spent, true)).not.toHaveProperty('callsAtOnce');
});

test('the time of several runs has what lies between them in it once, and their gaps not at all', () => {
  const period = (startedAtMs: number, endedAtMs: number) => ({ startedAtMs, endedAtMs });
  expect(timeOf([period(50, 60), period(0, 10), period(5, 20), period(7, 8)])).toBe(30);
  expect(timeOf([])).toBe(0);
});
