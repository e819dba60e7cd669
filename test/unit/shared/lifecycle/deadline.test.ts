import { describe, expect, test, vi } from 'vitest';
import { startDeadline } from '../../../../services/shared/lifecycle/deadline.ts';

describe('a deadline', () => {
  test('aborts with a TimeoutError when its time is over', () => {
    vi.useFakeTimers();
    try {
      using deadline = startDeadline(1_000);
      vi.advanceTimersByTime(999);
      expect(deadline.signal.aborted).toBe(false);
      vi.advanceTimersByTime(1);
      expect(deadline.signal.reason).toMatchObject({ name: 'TimeoutError', message: 'not done within 1000 ms' });
    } finally {
      vi.useRealTimers();
    }
  });

  test('leaves no timer behind when its scope ends', () => {
    vi.useFakeTimers();
    try {
      {
        using _deadline = startDeadline(600_000);
        expect(vi.getTimerCount()).toBe(1);
      }
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
