import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Standing, usualStanding } from '../../../../services/shared/sharing/standing.ts';
import { createSlots } from '../../../../services/shared/worker/slots.ts';

describe('slots', () => {
  it('give an idle lane one slot to wait with, and a lane with a backlog the rest', () => {
    const slots = createSlots(8);
    slots.open('idle');
    expect(slots.reserve('idle')).toBe(1);
    expect(slots.reserve('busy')).toBe(1);
    slots.pulled('busy', 1, 1);
    expect(slots.reserve('busy')).toBe(6);
  });

  it('are shared in equal parts by lanes with a backlog, whichever came first', () => {
    const slots = createSlots(10);
    for (const lane of ['large', 'small']) {
      expect(slots.reserve(lane)).toBe(1);
      slots.pulled(lane, 1, 1);
    }
    expect(slots.reserve('large')).toBe(4);
    slots.pulled('large', 4, 4);
    expect(slots.reserve('large')).toBe(0);
    expect(slots.reserve('small')).toBe(4);
  });

  it('are shared by weight, priorities first, and parts of a slot add up over time', () => {
    let now = 0;
    const standings: Record<string, Partial<Standing>> = { a: { weight: 1 }, b: { weight: 2 }, c: { weight: 4 } };
    const slots = createSlots({
      total: 16,
      nowMs: () => now,
      standingOf: (lane) => ({ ...usualStanding, ...standings[lane] }),
    });
    const held: string[] = [];
    const had = { a: 0, b: 0, c: 0 };
    const fill = (): void => {
      for (let asked = 0, before = -1; asked !== before; ) {
        before = asked;
        for (const lane of ['a', 'b', 'c']) {
          const got = slots.reserve(lane);
          slots.pulled(lane, got, got);
          for (let job = 0; job < got; job += 1) held.push(lane);
          asked += got;
        }
      }
    };
    for (let step = 0; step < 12_000; step += 1) {
      fill();
      now += 10;
      if (step > 2_000) for (const lane of held) had[lane as keyof typeof had] += 1;
      slots.ended(held.shift() as string);
    }
    const all = had.a + had.b + had.c;
    for (const [lane, weight] of [
      ['a', 1],
      ['b', 2],
      ['c', 4],
    ] as const)
      expect((had[lane] / all) * (7 / weight), lane).toBeCloseTo(1, 1);
    standings.a = { priority: 1 };
    for (let step = 0; step < 100; step += 1) {
      fill();
      now += 10;
      slots.ended(held.shift() as string);
    }
    expect(held.every((lane) => lane === 'a')).toBe(true);
  });

  it('of jobs that only wait at an endpoint may be another lane’s too, as long as that has nothing waiting there', () => {
    const slots = createSlots(4);
    slots.open('long');
    slots.pulled('long', slots.reserve('long'), 1);
    slots.pulled('long', slots.reserve('long'), 3);
    slots.open('new');
    expect(slots.reserve('new')).toBe(0);
    expect(slots.hasHungry()).toBe(true);
    const wake = [slots.sleep('long'), slots.sleep('long')];
    expect(slots.reserve('long')).toBe(0);
    slots.pulled('new', slots.reserve('new'), 1);
    expect(slots.inFlight()).toBe(5);
    wake.push(slots.sleep('new'));
    expect(slots.reserve('new')).toBe(0);
    expect(slots.hasHungry()).toBe(false);
    for (const each of wake) each();
    slots.ended('long');
    expect(slots.reserve('long')).toBe(0);
  });

  it('come back when a pull brought less than it asked for, and when a job ends', () => {
    const slots = createSlots(2);
    expect(slots.reserve('lane')).toBe(1);
    slots.pulled('lane', 1, 1);
    expect(slots.reserve('lane')).toBe(1);
    slots.pulled('lane', 1, 1);
    expect(slots.reserve('lane')).toBe(0);
    slots.ended('lane');
    expect(slots.inFlight()).toBe(1);
    expect(slots.reserve('lane')).toBe(1);
  });

  it('are free while a job waits aside, of as many jobs as there are slots, also in a lane that closes meanwhile', () => {
    const slots = createSlots(1);
    slots.open('lane');
    slots.pulled('lane', slots.reserve('lane'), 1);
    expect(slots.reserve('lane')).toBe(0);
    expect(slots.stepAside('lane')).toBe(true);
    slots.pulled('lane', slots.reserve('lane'), 1);
    expect(slots.inFlight()).toBe(1);
    expect(slots.stepAside('lane')).toBe(false);
    slots.close('lane');
    slots.comeBack('lane');
    expect(slots.inFlight()).toBe(2);
    slots.ended('lane');
    slots.ended('lane');
    expect(slots.inFlight()).toBe(0);
    slots.open('other');
    expect(slots.reserve('other')).toBe(1);
  });

  it('go around where there are more lanes than slots: who asked in vain asks again after those that wait', () => {
    const slots = createSlots(2);
    const lanes = ['a', 'b', 'c', 'd', 'e'];
    const served = new Map(lanes.map((lane) => [lane, 0]));
    const holding: string[] = [];
    for (let step = 0; step < 50; step += 1) {
      // The lane whose pull has just ended asks first, as a loop does that goes on at once.
      const ended = holding.length === 2 ? (holding.shift() as string) : undefined;
      if (ended !== undefined) slots.pulled(ended, 1, 0);
      for (const lane of [...(ended === undefined ? [] : [ended]), ...lanes.filter((one) => one !== ended)]) {
        if (holding.includes(lane) || slots.reserve(lane) === 0) continue;
        holding.push(lane);
        served.set(lane, (served.get(lane) ?? 0) + 1);
      }
    }
    const times = [...served.values()];
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
  });

  it('are not kept for a lane that waits for its own jobs, or has gone', () => {
    const slots = createSlots(2);
    for (const lane of ['one', 'other']) {
      expect(slots.reserve(lane)).toBe(1);
      slots.pulled(lane, 1, 1);
    }
    expect(slots.reserve('one')).toBe(0);
    expect(slots.reserve('new')).toBe(0);
    slots.close('new');
    slots.ended('other');
    expect(slots.reserve('other')).toBe(1);
  });

  it('are never given out twice, whatever is done with them', () => {
    const lanes = ['a', 'b', 'c'];
    const step = fc.record({
      lane: fc.constantFrom(...lanes),
      action: fc.constantFrom('reserve', 'pulled', 'ended'),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 100 }), (total, steps) => {
        const slots = createSlots(total);
        const reserved = new Map<string, number>();
        const running = new Map<string, number>();
        const held = (): number => [...reserved.values(), ...running.values()].reduce((sum, count) => sum + count, 0);
        for (const { lane, action, share } of steps) {
          if (action === 'reserve' && !reserved.get(lane)) reserved.set(lane, slots.reserve(lane));
          if (action === 'pulled' && reserved.get(lane)) {
            const asked = reserved.get(lane) ?? 0;
            const received = Math.round(asked * share);
            slots.pulled(lane, asked, received);
            reserved.set(lane, 0);
            running.set(lane, (running.get(lane) ?? 0) + received);
          }
          if (action === 'ended' && (running.get(lane) ?? 0) > 0) {
            slots.ended(lane);
            running.set(lane, (running.get(lane) ?? 0) - 1);
          }
          expect(held()).toBeLessThanOrEqual(total);
        }
      }),
    );
  });
});
