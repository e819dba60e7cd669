import { expect, test } from 'vitest';
import { createCircuitBreaker } from '../../../../../services/shared/models/pool/circuit-breaker.ts';

function start() {
  let now = 0;
  const breaker = createCircuitBreaker();
  return {
    breaker,
    pass: (ms: number) => (now += ms),
    fail: (times: number) => repeat(times, () => breaker.begin().failed(now)),
    state: () => breaker.stateAt(now),
    waitMs: () => Math.max(0, breaker.freeAtMs - now),
  };
}

function repeat(times: number, action: () => void): void {
  for (let time = 0; time < times; time += 1) action();
}

test('five failures in a row open it for 10 s', () => {
  const { pass, fail, state, waitMs } = start();
  fail(4);
  expect(state()).toBe('closed');
  fail(1);
  expect(state()).toBe('open');
  expect(waitMs()).toBe(10_000);
  pass(9_999);
  expect(state()).toBe('open');
  pass(1);
  expect(state()).toBe('half-open');
  expect(waitMs()).toBe(0);
});

test('a success in between starts the count anew', () => {
  const { breaker, fail, state } = start();
  fail(4);
  breaker.begin().succeeded();
  fail(4);
  expect(state()).toBe('closed');
});

test('half-open, it lets a single probe through, whose success closes it', () => {
  const { breaker, pass, fail, state, waitMs } = start();
  fail(5);
  pass(10_000);
  const probe = breaker.begin();
  expect(waitMs()).toBe(Number.POSITIVE_INFINITY);
  probe.succeeded();
  expect(state()).toBe('closed');
  expect(waitMs()).toBe(0);
  fail(4);
  expect(state()).toBe('closed');
});

test('a probe that is refused until a person mends it is followed by the first pause again, however long it was away', () => {
  const { breaker, pass, fail, waitMs } = start();
  fail(5);
  const times: number[] = [];
  for (const refused of [false, false, true, true, false]) {
    pass(waitMs());
    breaker.begin().failed(pass(0), refused);
    times.push(waitMs());
  }
  expect(times).toEqual([20_000, 40_000, 10_000, 10_000, 20_000]);
});

test('each probe that fails doubles the time, up to two minutes', () => {
  const { pass, fail, waitMs } = start();
  fail(5);
  const times: number[] = [];
  repeat(6, () => {
    times.push(waitMs());
    pass(waitMs());
    fail(1);
  });
  expect(times).toEqual([10_000, 20_000, 40_000, 80_000, 120_000, 120_000]);
});

test('a probe that was cancelled leaves the way free for the next', () => {
  const { breaker, pass, fail, state, waitMs } = start();
  fail(5);
  pass(10_000);
  breaker.begin().released();
  expect(waitMs()).toBe(0);
  expect(state()).toBe('half-open');
});

test('calls that were in flight when it opened neither close it nor keep it open longer', () => {
  const { breaker, pass, fail, state, waitMs } = start();
  const late = [breaker.begin(), breaker.begin()];
  fail(5);
  late[0]?.failed(0);
  late[1]?.succeeded();
  expect(waitMs()).toBe(10_000);
  pass(10_000);
  expect(state()).toBe('half-open');
});
