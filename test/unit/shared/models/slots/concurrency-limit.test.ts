import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../../../../services/domain/random.ts';
import { type ConcurrencyPlace, createConcurrencyLimit } from '../../../../../services/shared/models/slots/concurrency-limit.ts';

/**
 * An endpoint in virtual time: answers after 180 to 220 ms, refuses after 2 ms beyond its cap or by chance; what is refused comes
 * again.
 */
function serve({ max, cap, stray, seed }: { max: number; cap: number; stray: number; seed: number }) {
  const calls = 100 * Math.min(cap, max);
  const random = randomStream(seed, 'endpoint');
  const limit = createConcurrencyLimit(max);
  const queue: { at: number; happen: () => void }[] = [];
  let [now, waiting, answering, answered, refused, slotMs] = [0, calls, 0, 0, 0, 0];
  const after = (ms: number, happen: () => void) => {
    const at = now + ms;
    const place = queue.findLastIndex((other) => other.at <= at) + 1;
    queue.splice(place, 0, { at, happen });
  };
  const send = () => {
    while (waiting > 0 && limit.hasRoom()) {
      waiting -= 1;
      const place = limit.begin();
      if (answering >= cap || random.next() < stray) {
        after(2, () => {
          refused += 1;
          place.overloaded();
          after(500 * random.next(), () => {
            waiting += 1;
          });
        });
      } else {
        answering += 1;
        after(180 + 40 * random.next(), () => {
          answering -= 1;
          answered += 1;
          place.succeeded();
        });
      }
    }
  };
  for (send(); queue.length > 0; send()) {
    const next = queue.shift() as (typeof queue)[number];
    slotMs += limit.inFlight * (next.at - now);
    now = next.at;
    next.happen();
  }
  const ideal = (calls * 200) / Math.min(cap, max);
  return { overIdeal: now / ideal, refusedShare: refused / (refused + answered), limit: limit.limit, meanInFlight: slotMs / now };
}

const seeds = [1, 2, 3, 4, 5];

describe('against an endpoint', () => {
  test.each([
    [50, 0.02],
    [50, 0.05],
    [50, 0.1],
    [8, 0.1],
    [256, 0.1],
  ])('stray refusals do not cut a limit of %i: %d of all calls', (max, stray) => {
    for (const seed of seeds) {
      const { overIdeal, limit } = serve({ max, cap: Number.POSITIVE_INFINITY, stray, seed });
      expect(limit, `seed ${seed}`).toBeGreaterThanOrEqual(0.9 * max);
      expect(overIdeal, `seed ${seed}`).toBeLessThan(1.15);
    }
  });

  test.each([
    [100, 50, 0],
    [100, 50, 0.05],
    [64, 8, 0],
    [32, 30, 0],
    [256, 20, 0.05],
  ])('of a limit of %i, what an endpoint with room for %i refuses leaves its room (%d stray)', (max, cap, stray) => {
    for (const seed of seeds) {
      const { overIdeal, meanInFlight } = serve({ max, cap, stray, seed });
      expect(meanInFlight / cap, `seed ${seed}`).toBeGreaterThan(0.9);
      expect(meanInFlight / cap, `seed ${seed}`).toBeLessThan(1.1);
      expect(overIdeal, `seed ${seed}`).toBeLessThan(1.15);
    }
  });

  test('asks beyond the known room ever more seldom', () => {
    for (const seed of seeds) expect(serve({ max: 32, cap: 30, stray: 0, seed }).refusedShare).toBeLessThan(0.03);
  });
});

test('one refusal cuts nothing, and neither do a few at different loads', () => {
  const limit = createConcurrencyLimit(50);
  const places = Array.from({ length: 50 }, () => limit.begin());
  for (const place of [7, 23]) places[place]?.overloaded();
  expect(limit.limit).toBe(50);
});

test('where all calls beyond some load are refused, it falls to that load', () => {
  const limit = createConcurrencyLimit(100);
  const places = Array.from({ length: 100 }, () => limit.begin());
  for (const place of places.slice(50)) place.overloaded();
  expect(limit.limit).toBeLessThanOrEqual(70);
  expect(limit.limit).toBeGreaterThanOrEqual(50);
});

test('calls that were in flight together cut once together', () => {
  const limit = createConcurrencyLimit(10);
  const places = Array.from({ length: 10 }, () => limit.begin());
  for (const place of places) place.overloaded();
  expect(limit.limit).toBe(7);
});

test('refusals at any load cut it, but not to nothing', () => {
  const limit = createConcurrencyLimit(40);
  for (let call = 0; call < 2000; call += 1) {
    const place = limit.begin();
    if (call % 5 < 2) place.overloaded();
    else place.succeeded();
  }
  expect(limit.limit).toBeLessThan(40);
  expect(limit.limit).toBeGreaterThan(1);
});

test('as many successes as the limit raise it by one, up to the maximum', () => {
  const limit = createConcurrencyLimit(5);
  const together = Array.from({ length: 5 }, () => limit.begin());
  for (const place of together) place.overloaded();
  expect(limit.limit).toBe(3);
  const succeed = (times: number) => {
    for (let time = 0; time < times; time += 1) {
      const others = [limit.begin(), limit.begin()];
      limit.begin().succeeded();
      for (const other of others) other.released();
    }
  };
  for (let tries = 0; limit.limit === 3 && tries < 12; tries += 1) succeed(1);
  expect(limit.limit).toBe(4);
  succeed(300);
  expect(limit.limit).toBe(5);
});

test('successes while little is asked say nothing about a higher limit', () => {
  const limit = createConcurrencyLimit(20);
  const together = Array.from({ length: 20 }, () => limit.begin());
  for (const place of together) place.overloaded();
  const cut = limit.limit;
  for (let call = 0; call < 1000; call += 1) limit.begin().succeeded();
  expect(limit.limit).toBe(cut);
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
