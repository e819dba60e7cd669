import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Backoff, createBackoff } from '../../../../services/shared/lifecycle/backoff.ts';
import { quickRandom } from '../../../support/quick-random.ts';

const take = (backoff: Backoff, count: number): number[] => Array.from({ length: count }, () => backoff.next());

test('each pause is twice the one before, up to the cap', () => {
  expect(take(createBackoff({ firstMs: 100, capMs: 1_000 }), 6)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test('the factor is another one if asked, and a cap below the first pause holds for that too', () => {
  expect(take(createBackoff({ firstMs: 1, factor: 3, capMs: 20 }), 4)).toEqual([1, 3, 9, 20]);
  expect(take(createBackoff({ firstMs: 50, capMs: 20 }), 2)).toEqual([20, 20]);
});

test('what has worked begins with the first pause again', () => {
  const backoff = createBackoff({ firstMs: 100, capMs: 1_000 });
  take(backoff, 3);
  backoff.reset();
  expect(take(backoff, 2)).toEqual([100, 200]);
});

test('the cap holds after thousands of failures', () => {
  expect(take(createBackoff({ firstMs: 500, capMs: 30_000 }), 5_000).at(-1)).toBe(30_000);
});

test('jitter spreads a pause over its range, and does not change the next one', () => {
  fc.assert(
    fc.property(fc.constantFrom('full' as const, 'around' as const), fc.nat(), (kind, seed) => {
      const random = quickRandom(seed);
      const backoff = createBackoff({ firstMs: 100, capMs: 1_600, jitter: { kind, random } });
      const replayed = quickRandom(seed);
      for (const pauseMs of [100, 200, 400, 800, 1_600, 1_600]) {
        expect(backoff.next()).toBeCloseTo(pauseMs * ((kind === 'full' ? 0 : 0.5) + replayed()), 9);
      }
    }),
    { seed: Number(process.env.SCALE_TEST_SEED ?? 1) },
  );
});
