import { expect, test } from 'vitest';
import { recordUse } from '../../../../../services/domain/run/ledger/record-use.ts';
import { tokensOf, totalsByModel, totalsByPhase, totalUse } from '../../../../../services/domain/run/ledger/totals.ts';
import type { LedgerEntry } from '../../../../../services/domain/run/state.ts';

const usage = { promptTokens: 100, completionTokens: 20, cachedTokens: 60, reasoningTokens: 5 };
const executor = { model: 'executor', calls: 2, usage, simulated: false };
const optimizer = { model: 'optimizer', calls: 1, usage, simulated: true };

const ledger = [
  ['few-shot', 2, [executor]],
  ['warm-up', 1, [executor, executor]],
  ['warm-up', 1, [optimizer]],
  ['predict', 2, [optimizer]],
] as const;
const recorded = ledger.reduce<readonly LedgerEntry[]>((sum, [phase, round, uses]) => recordUse(sum, phase, round, uses), []);

test('there is one entry a phase, model and round, and uses of the same add up', () => {
  expect(recorded.map(({ phase, round, model, calls }) => [phase, round, model, calls])).toEqual([
    ['few-shot', 2, 'executor', 2],
    ['warm-up', 1, 'executor', 4],
    ['warm-up', 1, 'optimizer', 1],
    ['predict', 2, 'optimizer', 1],
  ]);
  expect(recorded[1]?.usage).toEqual({ promptTokens: 200, completionTokens: 40, cachedTokens: 120, reasoningTokens: 10 });
});

test('a ledger is never changed in place', () => {
  const before = structuredClone(recorded);
  recordUse(recorded, 'warm-up', 1, [executor]);
  expect(recorded).toEqual(before);
});

test('one simulated answer marks the entry', () => {
  const mixed = recordUse(recorded, 'few-shot', 2, [{ ...executor, simulated: true }]);
  expect(mixed[0]).toMatchObject({ simulated: true, calls: 4 });
  expect(mixed[1]).toMatchObject({ simulated: false });
});

test('cached and reasoning tokens are not counted twice', () => {
  expect(tokensOf(usage)).toBe(120);
  expect(totalUse(recorded)).toMatchObject({ tokens: 5 * 120, calls: 8, simulated: true });
});

test('phases and models each add up to the total', () => {
  const total = totalUse(recorded).tokens;
  expect(totalsByPhase(recorded).map(({ phase, tokens }) => [phase, tokens])).toEqual([
    ['warm-up', 360],
    ['predict', 120],
    ['few-shot', 120],
  ]);
  expect(totalsByPhase(recorded).reduce((sum, { tokens }) => sum + tokens, 0)).toBe(total);
  expect(totalsByModel(recorded).map(({ model, tokens }) => [model, tokens])).toEqual([
    ['executor', 360],
    ['optimizer', 240],
  ]);
});

test('nothing spent is nothing', () => {
  expect(totalUse([])).toEqual({
    calls: 0,
    usage: { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 },
    tokens: 0,
    simulated: false,
  });
  expect(totalsByPhase([])).toEqual([]);
});
