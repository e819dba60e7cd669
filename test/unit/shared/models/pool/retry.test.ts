import { expect, test } from 'vitest';
import { FailureError } from '../../../../../services/domain/failure.ts';
import {
  EndpointError,
  type EndpointProblem,
  InfrastructureError,
} from '../../../../../services/shared/models/errors/endpoint-errors.ts';
import { defaultRetryPolicy, type RetryDependencies, retry } from '../../../../../services/shared/models/pool/retry.ts';
import { createRetryBudget } from '../../../../../services/shared/models/pool/retry-budget.ts';
import { createManualTiming } from '../../../../support/manual-timing.ts';

const never = new AbortController().signal;

function setUp(change: Partial<RetryDependencies> = {}) {
  const timing = createManualTiming();
  const dependencies: RetryDependencies = {
    model: 'qwen3-8b',
    policy: defaultRetryPolicy,
    budget: createRetryBudget(),
    timing,
    random: () => 0.5,
    mayRetry: () => true,
    ...change,
  };
  return { timing, dependencies };
}

const trouble = (kind: EndpointProblem = 'unavailable') => new EndpointError(kind, 'http://a/v1', 'down');

/** Fails with these errors, then answers. */
function failing(...errors: readonly Error[]) {
  let attempts = 0;
  return {
    attempt: async () => {
      const error = errors[attempts];
      attempts += 1;
      if (error) throw error;
      return 'answer';
    },
    attempts: () => attempts,
  };
}

test('it tries until it succeeds, and waits longer each time', async () => {
  const { timing, dependencies } = setUp();
  const { attempt, attempts } = failing(trouble(), trouble('timeout'), trouble('malformed'));
  const answer = retry(attempt, dependencies, never);
  await timing.advance(60_000);
  expect(await answer).toBe('answer');
  expect(attempts()).toBe(4);
  expect(timing.sleeps).toEqual([25, 100, 400]);
});

test('after four attempts it gives up with all of them', async () => {
  const { timing, dependencies } = setUp();
  const { attempt, attempts } = failing(...Array.from({ length: 9 }, () => trouble()));
  const outcome = retry(attempt, dependencies, never).catch((error: unknown) => error);
  await timing.advance(60_000);
  const error = await outcome;
  expect(error).toBeInstanceOf(InfrastructureError);
  expect((error as InfrastructureError).attempts).toHaveLength(4);
  expect(attempts()).toBe(4);
});

test('a failure that belongs to the request is thrown on at once', async () => {
  const { dependencies } = setUp();
  const failure = new FailureError({ kind: 'context-overflow', message: 'too long' });
  const { attempt, attempts } = failing(failure);
  await expect(retry(attempt, dependencies, never)).rejects.toBe(failure);
  expect(attempts()).toBe(1);
});

test('a defect of ours is thrown on at once', async () => {
  const { dependencies } = setUp();
  const { attempt } = failing(new TypeError('x is not a function'));
  await expect(retry(attempt, dependencies, never)).rejects.toThrow(TypeError);
});

test('what only a person can mend is not tried again', async () => {
  const { dependencies } = setUp({ mayRetry: () => false });
  const { attempt, attempts } = failing(trouble('credentials'));
  await expect(retry(attempt, dependencies, never)).rejects.toMatchObject({
    name: 'InfrastructureError',
    problem: 'credentials',
  });
  expect(attempts()).toBe(1);
});

test('when the budget of all calls is spent it gives up without waiting', async () => {
  const budget = createRetryBudget({ share: 0.1, reserve: 1 });
  const { timing, dependencies } = setUp({ budget });
  const first = retry(failing(trouble()).attempt, dependencies, never);
  await timing.advance(60_000);
  expect(await first).toBe('answer');
  await expect(retry(failing(trouble()).attempt, dependencies, never)).rejects.toThrow('too many of all calls are retries');
});

test('throttling is not charged to the budget', async () => {
  const { timing, dependencies } = setUp({ budget: createRetryBudget({ reserve: 0 }) });
  const answer = retry(failing(trouble('throttled')).attempt, dependencies, never);
  await timing.advance(60_000);
  expect(await answer).toBe('answer');
});

test('in the long run the budget allows one retry in ten calls', () => {
  const budget = createRetryBudget({ share: 0.1, reserve: 20 });
  let retries = 0;
  for (let call = 0; call < 1_000; call += 1) {
    budget.callStarted();
    if (budget.spend()) retries += 1;
  }
  expect(retries).toBeGreaterThanOrEqual(115);
  expect(retries).toBeLessThanOrEqual(121);
});

test('an abort ends the wait with its reason', async () => {
  const { timing, dependencies } = setUp();
  const stop = new AbortController();
  const outcome = retry(failing(trouble()).attempt, dependencies, stop.signal).catch((error: unknown) => error);
  await timing.advance(0);
  stop.abort(new Error('cancelled'));
  expect(await outcome).toMatchObject({ message: 'cancelled' });
});
