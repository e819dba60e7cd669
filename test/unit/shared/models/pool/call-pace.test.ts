import { expect, test } from 'vitest';
import { createCallPace } from '../../../../../services/shared/models/pool/call-pace.ts';
import { quickRandom } from '../../../../support/quick-random.ts';

test('a call that took as long as others of its length is neither slow nor quick', () => {
  const pace = createCallPace();
  const random = quickRandom(1);
  expect(pace.slownessOf(10, 5_000)).toBe(1);
  for (let call = 0; call < 1_000; call += 1) {
    const tokens = Math.floor(random() * 500);
    pace.note(tokens, (80 + 12 * tokens) * (0.9 + 0.2 * random()));
  }
  for (const tokens of [20, 100, 400]) {
    expect(pace.slownessOf(tokens, 80 + 12 * tokens)).toBeCloseTo(1, 1);
    expect(pace.slownessOf(tokens, 3 * (80 + 12 * tokens))).toBeCloseTo(3, 0);
  }
});

test('where the length does not matter, or is always the same, the time alone counts', () => {
  for (const tokensOf of [(random: number) => Math.floor(random * 100), () => 7, () => 0]) {
    const pace = createCallPace();
    const random = quickRandom(2);
    for (let call = 0; call < 500; call += 1) pace.note(tokensOf(random()), 200);
    for (const tokens of [0, 7, 90]) expect(pace.slownessOf(tokens, 400)).toBeCloseTo(2, 1);
  }
});
