import { describe, expect, it } from 'vitest';
import { createSequenceSlots } from '../../../services/simulator/sequence-slots.ts';

const never = new AbortController().signal;

describe('sequence slots', () => {
  it('lets so many run and the others wait in order', async () => {
    const slots = createSequenceSlots(2);
    const [first] = await Promise.all([slots.acquire(never), slots.acquire(never)]);
    const order: string[] = [];
    const third = slots.acquire(never).then((release) => {
      order.push('third');
      return release;
    });
    const fourth = slots.acquire(never).then(() => order.push('fourth'));
    expect([slots.running, slots.waiting]).toEqual([2, 2]);
    first();
    (await third)();
    await fourth;
    expect(order).toEqual(['third', 'fourth']);
    expect([slots.running, slots.waiting]).toEqual([2, 0]);
  });

  it('counts a release once', async () => {
    const slots = createSequenceSlots(1);
    const release = await slots.acquire(never);
    release();
    release();
    expect(slots.running).toBe(0);
  });

  it('forgets whoever gives up waiting', async () => {
    const slots = createSequenceSlots(1);
    const release = await slots.acquire(never);
    const impatient = new AbortController();
    const waiting = slots.acquire(impatient.signal);
    impatient.abort(new Error('gave up'));
    await expect(waiting).rejects.toThrow('gave up');
    release();
    expect([slots.running, slots.waiting]).toEqual([0, 0]);
  });
});
