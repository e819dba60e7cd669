import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ConcurrencyPlace, createConcurrencyLimit } from '../../../../services/shared/models/concurrency-limit.ts';

test('a sign of overload cuts the limit to 0.7 of it', () => {
  const limit = createConcurrencyLimit(10);
  limit.begin().overloaded();
  expect(limit.limit).toBe(7);
});

test('calls that were in flight together cut once together', () => {
  const limit = createConcurrencyLimit(10);
  const places = Array.from({ length: 10 }, () => limit.begin());
  for (const place of places) place.overloaded();
  expect(limit.limit).toBe(7);
  limit.begin().overloaded();
  expect(limit.limit).toBe(4);
});

test('as many successes as the limit raise it by one, up to the maximum', () => {
  const limit = createConcurrencyLimit(5);
  limit.begin().overloaded();
  expect(limit.limit).toBe(3);
  const succeed = (times: number) => {
    for (let time = 0; time < times; time += 1) {
      const others = [limit.begin(), limit.begin()];
      limit.begin().succeeded();
      for (const other of others) other.released();
    }
  };
  succeed(2);
  expect(limit.limit).toBe(3);
  succeed(1);
  expect(limit.limit).toBe(4);
  succeed(100);
  expect(limit.limit).toBe(5);
});

test('successes while little is asked say nothing about a higher limit', () => {
  const limit = createConcurrencyLimit(20);
  limit.begin().overloaded();
  for (let call = 0; call < 100; call += 1) limit.begin().succeeded();
  expect(limit.limit).toBe(14);
});

test('whatever happens, the limit stays in [1, max] and the places are counted', () => {
  const operations = fc.array(fc.constantFrom('begin', 'succeeded', 'overloaded', 'released'), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), operations, (max, steps) => {
      const limit = createConcurrencyLimit(max);
      const places: ConcurrencyPlace[] = [];
      for (const step of steps) {
        if (step === 'begin') {
          if (limit.hasRoom()) places.push(limit.begin());
        } else places.shift()?.[step as keyof ConcurrencyPlace]();
        expect(limit.limit).toBeGreaterThanOrEqual(1);
        expect(limit.limit).toBeLessThanOrEqual(max);
        expect(limit.inFlight).toBe(places.length);
      }
    }),
  );
});
