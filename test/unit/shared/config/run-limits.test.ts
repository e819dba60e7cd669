import { describe, expect, test } from 'vitest';
import { parseRunFile } from '../../../../services/shared/config/parse-run-file.ts';
import { runLimitsOf } from '../../../../services/shared/config/run-limits.ts';
import { untilTime } from '../../../../services/shared/config/until-time.ts';

const limitsOf = (lines: string) => parseRunFile(`benchmark: sample\nlimits:\n${lines}`, 'run.yaml').settings.limits;
const now = new Date(2026, 10, 29, 22, 30).getTime();

test('a file says what may be spent, and until when', () => {
  const settings = limitsOf('  tokens: 5000000\n  money: 12.5\n  hours: 8\n  until: 07:00\n  shares: { final_pick: 0.2 }\n');
  expect(settings && runLimitsOf(settings, now)).toEqual({
    ...{ tokens: 5_000_000, calls: 0, money: 12.5, durationMs: 28_800_000, untilMs: new Date(2026, 10, 30, 7).getTime() },
    ...{ shares: { finalPick: 0.2 }, stopReason: '', scopes: [], heldBy: '' },
  });
  expect(parseRunFile('benchmark: sample', 'run.yaml').settings.limits).toBeUndefined();
});

test.each([
  ['tokens: 0', 'limits.tokens must be a whole number from 1 to'],
  ['calls: -4', 'limits.calls must be a whole number from 1 to'],
  ['calls: 1.5', 'limits.calls must be a whole number'],
  ['money: 0', 'limits.money must be a number above 0'],
  ['hours: -1', 'limits.hours must be a number above 0'],
  ['until: tomorrow', 'limits.until must be a time such as 07:00'],
  ['until: "25:00"', 'limits.until must be a time such as 07:00'],
  ['until: 2026-02-30 07:00', 'limits.until must be a day that exists'],
  ['shares: { final_pick: 1.2 }', 'limits.shares.final_pick must be a number from 0 to 1'],
  ['shares: { final_pick: 0.6, test: 0.4 }', 'limits.shares must leave something to the search'],
  ['token: 5', 'limits has no setting "token"; did you mean "tokens"?'],
])('%s is refused in one sentence', (line, sentence) => {
  expect(() => limitsOf(`  ${line}\n`)).toThrow(sentence);
});

describe('a time', () => {
  test.each<[string, number]>([
    ['07:00', new Date(2026, 10, 30, 7).getTime()],
    ['7:05', new Date(2026, 10, 30, 7, 5).getTime()],
    ['23:00', new Date(2026, 10, 29, 23).getTime()],
    ['22:30', new Date(2026, 10, 30, 22, 30).getTime()],
    ['2026-12-01 06:15', new Date(2026, 11, 1, 6, 15).getTime()],
    ['2026-12-01T06:15Z', Date.UTC(2026, 11, 1, 6, 15)],
    ['2026-12-01T06:15:30+02:00', Date.UTC(2026, 11, 1, 4, 15, 30)],
  ])('%s', (text, atMs) => {
    expect(untilTime(text, now)).toEqual({ atMs });
  });

  test('that has passed is refused', () => {
    expect(untilTime('2026-11-29 22:30', now)).toEqual({ fault: 'must be in the future, but 2026-11-29 22:30 has passed' });
    const settings = limitsOf('  until: 2020-01-01T00:00Z\n');
    expect(settings && runLimitsOf(settings, now)).toEqual({
      fault: 'must be in the future, but 2020-01-01T00:00Z has passed',
    });
  });
});
