import { describe, expect, test } from 'vitest';
import { createFairLine, type FairLine, type Tried } from '../../../../services/shared/sharing/fair-line.ts';
import { type Party, type Standing, usualStanding } from '../../../../services/shared/sharing/standing.ts';

const counter = { served: () => undefined };

function party(runId: string, standing: Partial<Standing> = {}): Party & { change(to: Partial<Standing>): void } {
  let now = { ...usualStanding, ...standing };
  return {
    runId,
    standing: () => now,
    change: (to) => {
      now = { ...now, ...to };
    },
  };
}

/** A place that takes so many, and tells who came. */
function place(line: FairLine) {
  const begun: string[] = [];
  let room = 0;
  const wait = (who: Party, at: object = counter, heldBack = () => false): void => {
    const leave = line.join(who, at as typeof counter, (): Tried => {
      if (heldBack()) return 'held';
      if (room === 0) return 'full';
      room -= 1;
      leave();
      begun.push(who.runId);
      return 'begun';
    });
  };
  const serve = (places: number): string => {
    room = places;
    begun.length = 0;
    line.serve();
    return begun.join('');
  };
  return { wait, serve };
}

const times = (word: string, letter: string): number => [...word].filter((each) => each === letter).length;

describe('a line', () => {
  test('serves those who always wait as their weights are, to within a call of each', () => {
    const { wait, serve } = place(createFairLine());
    const runs = [party('a'), party('b', { weight: 2 }), party('c', { weight: 4 })];
    for (const run of runs) for (let call = 0; call < 200; call += 1) wait(run);
    const counts = new Map(runs.map(({ runId }) => [runId, 0]));
    for (let step = 1; step <= 210; step += 1) {
      const who = serve(1);
      counts.set(who, (counts.get(who) ?? 0) + 1);
      const turns = runs.map(({ runId, standing }) => (counts.get(runId) ?? 0) / standing().weight);
      expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(1 + 1e-9);
    }
    expect([...counts.values()]).toEqual([30, 60, 120]);
  });

  test('owes nothing to who was away, and keeps nobody waiting for what it had alone', () => {
    const { wait, serve } = place(createFairLine());
    const [a, b] = [party('a'), party('b')];
    for (let call = 0; call < 200; call += 1) wait(a);
    expect(serve(100)).toBe('a'.repeat(100));
    for (let call = 0; call < 50; call += 1) wait(b);
    const served = serve(20);
    expect(times(served, 'b')).toBeGreaterThanOrEqual(9);
    expect(times(served, 'b')).toBeLessThanOrEqual(12);
  });

  test('heeds a weight and a priority that change while calls wait', () => {
    const { wait, serve } = place(createFairLine());
    const [a, b] = [party('a'), party('b')];
    for (const run of [a, b]) for (let call = 0; call < 200; call += 1) wait(run);
    expect(times(serve(40), 'a')).toBe(20);
    a.change({ weight: 3 });
    expect(times(serve(40), 'a')).toBeGreaterThanOrEqual(29);
    b.change({ priority: 1 });
    expect(serve(10)).toBe('b'.repeat(10));
    b.change({ priority: 0 });
    expect(times(serve(40), 'b')).toBeLessThanOrEqual(12);
  });

  test('divides the share of a group among its members', () => {
    const { wait, serve } = place(createFairLine());
    const within = [{ name: 'team t', weight: 1 }];
    for (const run of [party('a', { within }), party('b', { within }), party('c')])
      for (let call = 0; call < 100; call += 1) wait(run);
    const served = serve(40);
    expect(['a', 'b', 'c'].map((runId) => times(served, runId))).toEqual([10, 10, 20]);
  });

  test('passes by who is held back, and a counter that is full', () => {
    const line = createFairLine();
    const { wait, serve } = place(line);
    let isHeld = true;
    const [a, b] = [party('a', { priority: 1 }), party('b')];
    for (let call = 0; call < 5; call += 1) wait(a, counter, () => isHeld);
    for (let call = 0; call < 5; call += 1) wait(b);
    line.join(b, { served: () => undefined }, () => 'full');
    expect(serve(3)).toBe('bbb');
    isHeld = false;
    expect(serve(3)).toBe('aaa');
  });

  test('owes nothing to who was held back for a long time', () => {
    const { wait, serve } = place(createFairLine());
    let isHeld = true;
    const [a, b] = [party('a'), party('b')];
    for (let call = 0; call < 200; call += 1) wait(a, counter, () => isHeld);
    for (let call = 0; call < 200; call += 1) wait(b);
    expect(times(serve(100), 'b')).toBe(100);
    isHeld = false;
    expect(times(serve(20), 'a')).toBeLessThanOrEqual(12);
  });

  test('forgets who has left it', () => {
    const line = createFairLine();
    const { wait, serve } = place(line);
    for (let run = 0; run < 300; run += 1) {
      wait(party(`r${run}`));
      serve(1);
    }
    wait(party('z'));
    expect(serve(1)).toBe('z');
  });
});
