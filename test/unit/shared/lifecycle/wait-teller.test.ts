import { expect, test } from 'vitest';
import { createWaitTeller, type ToldWait } from '../../../../services/shared/lifecycle/wait-teller.ts';

/** The seconds at which something is said, looking every second. */
function saidAt(waitAt: (second: number) => ToldWait | undefined, seconds = 100): string[] {
  const teller = createWaitTeller();
  return Array.from({ length: seconds }, (_, second) => [second, teller.look(waitAt(second))] as const).flatMap(
    ([second, word]) => (word === undefined ? [] : [`${word} ${second}`]),
  );
}

test('a wait is told after ten seconds, and again every thirty, and its end once', () => {
  const wait = (second: number) => (second < 75 ? { kind: 'executor', waitedMs: second * 1000 } : undefined);
  expect(saidAt(wait)).toEqual(['now 10', 'now 40', 'now 70', 'over 75']);
});

test('a short one is not told, nor is its end', () => {
  expect(saidAt((second) => (second < 9 ? { kind: 'work', waitedMs: second * 1000 } : undefined))).toEqual([]);
});

test('one that becomes another is told at once', () => {
  const wait = (second: number) => ({ kind: second < 20 ? 'work' : 'executor', waitedMs: second * 1000 });
  expect(saidAt(wait, 30)).toEqual(['now 10', 'now 20']);
});

test('a new one after something got done is told anew, even if nobody looked in between', () => {
  const wait = (second: number) => ({ kind: 'work', waitedMs: (second % 20) * 1000 });
  expect(saidAt(wait, 50)).toEqual(['now 10', 'over 20', 'now 30', 'over 40']);
});

test('a pause is told at once', () => {
  expect(saidAt((second) => ({ kind: 'paused', waitedMs: second * 1000 }), 35)).toEqual(['now 0', 'now 30']);
});

test.each([0.2, 2.5])('one whose reports come up to %s s late is told no more often', (lateS) => {
  const wait = (second: number) => ({ kind: 'work', waitedMs: (second - (second % 3 === 2 ? lateS : 0)) * 1000 });
  expect(saidAt(wait, 75)).toEqual(['now 10', 'now 40', 'now 70']);
});
