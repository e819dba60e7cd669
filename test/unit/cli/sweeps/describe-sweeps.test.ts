import { expect, test } from 'vitest';
import { cellTable, sweepTable } from '../../../../services/cli/sweeps/describe-sweeps.ts';
import type {
  SweepCellOutcome,
  SweepCellView,
  SweepSummary,
} from '../../../../services/shared/contracts/generated/scale/v1/control.ts';

const cellOf = (seed: string, outcome: Partial<SweepCellOutcome>): SweepCellView => ({
  ...{ state: 'completed', runId: `run-${seed}`, leftOut: false, pauseReason: '', needsPerson: false, earlierRunIds: [] },
  cell: { cellId: seed, labels: [{ axis: 'seed', value: seed }], writtenHash: '', benchmarkBlob: '' },
  outcome: { status: 'completed', why: '', score: 0.5, tokens: 1_200, ...outcome },
});
const summaryOf = (sweepId: string, more: Partial<SweepSummary> = {}): SweepSummary => ({
  ...{ sweepId, name: sweepId, status: 'completed', reason: '', settings: undefined, isOver: true, counts: undefined },
  ...{ tokens: 2_400, spentTokens: 2_400, createdAtMs: 0, simulated: false, ...more },
});
const words = (table: string): string[][] => table.split('\n').map((line) => line.trim().split(/\s{2,}/));

test('what a cell has cost stands beside its tokens, where anything says what its models cost', () => {
  const priced = cellOf('1', { money: { amount: 1.25, currency: 'USD', unpriced: ['judge'] } });
  expect(words(cellTable([priced, cellOf('2', {})]))).toEqual([
    ['SEED', 'STATE', 'SCORE', 'TOKENS', 'COST', 'RUN'],
    ['1', 'completed', '0.5000', '1.20 k', '$1.25+', 'run-1'],
    ['2', 'completed', '0.5000', '1.20 k', '-', 'run-2'],
  ]);
  expect(words(cellTable([cellOf('2', {})]))[0]).toEqual(['SEED', 'STATE', 'SCORE', 'TOKENS', 'RUN']);
});

test('so it does of sweeps', () => {
  const priced = summaryOf('night', { money: { amount: 3, currency: 'EUR', unpriced: [] } });
  const [header, night, day] = words(sweepTable([priced, summaryOf('day')]));
  expect([header?.at(-2), night?.at(-2), day?.at(-2)]).toEqual(['COST', 'EUR 3.00', '-']);
  expect(sweepTable([summaryOf('day')])).not.toContain('COST');
});
