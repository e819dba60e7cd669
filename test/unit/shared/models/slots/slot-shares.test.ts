import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlotTable } from '../../../../../services/shared/contracts/generated/scale/v1/slots.ts';
import { claimSlots, fairShares, type SlotClaim } from '../../../../../services/shared/models/slots/slot-shares.ts';

const empty: SlotTable = { schemaVersion: 1, endpoint: 'http://gpu-1:8000/v1', holders: [] };

let beats = 0;
const claim = (table: SlotTable, holder: string, wanted: number, more: Partial<SlotClaim> = {}): SlotTable => {
  beats += 1;
  return claimSlots(table, {
    holder,
    limit: 20,
    wanted,
    inUse: 0,
    beat: beats,
    ttlMs: 1000,
    hadItsTurn: false,
    isDead: () => false,
    ...more,
  });
};
const slots = ({ holders }: SlotTable): Record<string, number> =>
  Object.fromEntries(holders.map((each) => [each.holder, each.slots]).sort());

describe('a worker', () => {
  test('that is alone has the whole limit at once', () => {
    expect(slots(claim(empty, 'a', 1))).toEqual({ a: 20 });
  });

  test('that comes second gets its part as soon as the first has given it back', () => {
    const first = claim(empty, 'a', 20);
    const both = claim(first, 'b', 20);
    expect(slots(both)).toEqual({ a: 20, b: 0 });
    const given = claim(both, 'a', 20);
    expect(slots(given)).toEqual({ a: 10, b: 0 });
    expect(slots(claim(given, 'b', 20))).toEqual({ a: 10, b: 10 });
  });

  test('gives back no slot that a call is using, and no more than another lacks', () => {
    const both = claim(claim(empty, 'a', 20), 'b', 5);
    expect(slots(claim(both, 'a', 20, { inUse: 18 }))).toEqual({ a: 18, b: 0 });
    expect(slots(claim(both, 'a', 2, { inUse: 2 }))).toEqual({ a: 15, b: 0 });
  });

  test('that wants nothing leaves, and what it had is free for the others', () => {
    const both = claim(claim(claim(claim(empty, 'a', 20), 'b', 20), 'a', 20), 'b', 20);
    expect(slots(claim(claim(both, 'a', 0), 'b', 20))).toEqual({ b: 20 });
  });

  test('that has died is left out', () => {
    const both = claim(claim(claim(claim(empty, 'a', 20), 'b', 20), 'a', 20), 'b', 20);
    expect(slots(claim(both, 'b', 20, { isDead: ({ holder }) => holder === 'a' }))).toEqual({ b: 20 });
  });

  test('with a small demand has it next to one that wants all', () => {
    let table = claim(claim(empty, 'big', 20), 'small', 3);
    table = claim(claim(table, 'big', 20), 'small', 3);
    expect(slots(table)).toEqual({ big: 17, small: 3 });
  });
});

test('where there are fewer slots than workers, they take turns', () => {
  const names = ['a', 'b', 'c'];
  let table = names.reduce((before, name) => claim(before, name, 1, { limit: 2 }), empty);
  const served = new Map(names.map((name) => [name, 0]));
  for (let round = 0; round < 30; round += 1) {
    for (const name of names) {
      table = claim(table, name, 1, { limit: 2, hadItsTurn: true });
      if ((slots(table)[name] ?? 0) > 0) served.set(name, (served.get(name) ?? 0) + 1);
    }
  }
  for (const name of names) expect(served.get(name), name).toBeGreaterThanOrEqual(10);
});

test('runs that give one server different limits have each their own, and together the highest', () => {
  const low = { limit: 8 };
  let table = claim(claim(empty, 'low', 8, low), 'high', 64, { limit: 64 });
  for (let round = 0; round < 3; round += 1) table = claim(claim(table, 'low', 8, low), 'high', 64, { limit: 64 });
  expect(slots(table)).toEqual({ high: 56, low: 8 });
});

interface Step {
  readonly worker: number;
  readonly wanted: number;
  readonly inUse: number;
  readonly diesFirst: boolean;
}

const steps = fc.array(fc.record({ worker: fc.nat(5), wanted: fc.nat(40), inUse: fc.nat(40), diesFirst: fc.boolean() }), {
  minLength: 1,
  maxLength: 60,
});
const limits = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }));
const heldWithin = ({ holders }: SlotTable, bound: number): number =>
  holders.reduce((sum, { limit, slots: held }) => sum + (limit <= bound ? held : 0), 0);

test('in any order of joins, deaths and demands, no limit is passed, and a slot in use stays', () => {
  fc.assert(
    fc.property(steps, limits, (done: readonly Step[], [even, odd]) => {
      let table = empty;
      let dead = '';
      for (const { worker, wanted, inUse, diesFirst } of done) {
        if (diesFirst) dead = `w${(worker + 1) % 6}`;
        const holder = `w${worker}`;
        if (holder === dead) dead = '';
        const had = slots(table)[holder] ?? 0;
        const used = Math.min(had, inUse);
        const limit = worker % 2 === 0 ? even : odd;
        table = claim(table, holder, wanted, { limit, inUse: used, isDead: (other) => other.holder === dead });
        for (const bound of [even, odd]) expect(heldWithin(table, bound)).toBeLessThanOrEqual(bound);
        expect(slots(table)[holder] ?? 0).toBeGreaterThanOrEqual(Math.min(used, limit));
      }
    }),
    { numRuns: 3_000 },
  );
});

test('when the demands stand still, each soon has its fair part, and no slot is idle that somebody wants', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.nat(30), { minLength: 6, maxLength: 6 }), (before: readonly Step[], demands) => {
      let table = before.reduce((known, { worker, wanted }) => claim(known, `w${worker}`, wanted), empty);
      for (let round = 0; round < 8; round += 1) {
        for (const [worker, wanted] of demands.entries()) table = claim(table, `w${worker}`, wanted);
      }
      const shares = fairShares(table.holders);
      for (const { holder, slots: held } of table.holders) expect(held).toBeGreaterThanOrEqual(shares.get(holder) ?? 0);
      const wantedInAll = demands.reduce((sum, each) => sum + Math.min(each, 20), 0);
      expect(heldWithin(table, 20)).toBeGreaterThanOrEqual(Math.min(20, wantedInAll));
    }),
    { numRuns: 1_000 },
  );
});
