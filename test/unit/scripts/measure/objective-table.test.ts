import { expect, test } from 'vitest';
import { objectiveTable, type Trial } from '../../../../scripts/measure/objective-table.ts';

test('a measurement that was stopped has rows for what each rule was tried on', () => {
  const trials = [
    trialOf('gsm8k', 'before', 100),
    trialOf('gsm8k', 'default', 50),
    trialOf('gsm8k', 'other', 80),
    trialOf('tickets', 'before', 100),
    trialOf('tickets', 'default', 70),
  ];

  const rows = objectiveTable(trials).split('\n').slice(2);

  expect(rows.map((row) => row.split(' | ').slice(0, 6))).toEqual([
    ['| gsm8k', 'default', '1', '100', '50', '0.50'],
    ['| tickets', 'default', '1', '100', '70', '0.70'],
    ['| all', 'default', '2', '100', '60', '0.60'],
    ['| gsm8k', 'other', '1', '100', '80', '0.80'],
  ]);
});

test('one benchmark has one row', () => {
  const rows = objectiveTable([trialOf('gsm8k', 'before', 100), trialOf('gsm8k', 'default', 50)])
    .split('\n')
    .slice(2);

  expect(rows).toHaveLength(1);
});

function trialOf(benchmark: string, rule: string, tokens: number): Trial {
  return { benchmark, rule, tokens, seed: 1, round: 1, testScores: [1, 0, 1], searchTokens: 1000 };
}
