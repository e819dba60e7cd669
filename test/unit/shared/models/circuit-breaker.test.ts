import { expect, test } from 'vitest';
import { createCircuitBreaker } from '../../../../services/shared/models/circuit-breaker.ts';

function start() {
  let now = 0;
  const breaker = createCircuitBreaker(() => now);
  return { breaker, pass: (ms: number) => (now += ms), fail: (times: number) => repeat(times, () => breaker.begin().failed()) };
}

function repeat(times: number, action: () => void): void {
  for (let time = 0; time < times; time += 1) action();
}

test('five failures in a row open it for 10 s', () => {
  const { breaker, pass, fail } = start();
  fail(4);
  expect(breaker.state).toBe('closed');
  fail(1);
  expect(breaker.state).toBe('open');
  expect(breaker.waitMs()).toBe(10_000);
  pass(9_999);
  expect(breaker.state).toBe('open');
  pass(1);
  expect(breaker.state).toBe('half-open');
  expect(breaker.waitMs()).toBe(0);
});

test('a success in between starts the count anew', () => {
  const { breaker, fail } = start();
  fail(4);
  breaker.begin().succeeded();
  fail(4);
  expect(breaker.state).toBe('closed');
});

test('half-open, it lets a single probe through, whose success closes it', () => {
  const { breaker, pass, fail } = start();
  fail(5);
  pass(10_000);
  const probe = breaker.begin();
  expect(breaker.waitMs()).toBe(Number.POSITIVE_INFINITY);
  probe.succeeded();
  expect(breaker.state).toBe('closed');
  expect(breaker.waitMs()).toBe(0);
  fail(4);
  expect(breaker.state).toBe('closed');
});

test('each probe that fails doubles the time, up to two minutes', () => {
  const { breaker, pass, fail } = start();
  fail(5);
  const times: number[] = [];
  repeat(6, () => {
    times.push(breaker.waitMs());
    pass(breaker.waitMs());
    fail(1);
  });
  expect(times).toEqual([10_000, 20_000, 40_000, 80_000, 120_000, 120_000]);
});

test('a probe that was cancelled leaves the way free for the next', () => {
  const { breaker, pass, fail } = start();
  fail(5);
  pass(10_000);
  breaker.begin().released();
  expect(breaker.waitMs()).toBe(0);
  expect(breaker.state).toBe('half-open');
});

test('calls that were in flight when it opened neither close it nor keep it open longer', () => {
  const { breaker, pass, fail } = start();
  const late = [breaker.begin(), breaker.begin()];
  fail(5);
  late[0]?.failed();
  late[1]?.succeeded();
  expect(breaker.waitMs()).toBe(10_000);
  pass(10_000);
  expect(breaker.state).toBe('half-open');
});
