import { expect, test } from 'vitest';
import {
  EndpointError,
  type EndpointProblem,
  InfrastructureError,
  isOutage,
  isOverload,
  isTransient,
} from '../../../../../services/shared/models/errors/endpoint-errors.ts';

test.each([
  ['throttled', true, true, false],
  ['unavailable', true, false, true],
  ['timeout', true, true, true],
  ['stalled', true, true, true],
  ['malformed', true, false, true],
  ['credentials', false, false, true],
  ['misconfigured', false, false, true],
  ['empty', true, false, false],
  ['unclear-refusal', false, false, false],
] as const satisfies readonly (readonly [EndpointProblem, boolean, boolean, boolean])[])(
  '%s: transient %s, overload %s, outage %s',
  (kind, transient, overload, outage) => {
    const error = new EndpointError(kind, 'http://gpu-1:8000/v1', 'trouble');
    expect([isTransient(error), isOverload(error), isOutage(error)]).toEqual([transient, overload, outage]);
  },
);

test('an infrastructure error keeps every attempt and has the problem of the last', () => {
  const attempts = [new EndpointError('timeout', 'http://a/v1', 'slow'), new EndpointError('unavailable', 'http://b/v1', 'down')];
  const error = new InfrastructureError('qwen3-8b', 'all 2 attempts failed', attempts, { waitMs: 30_000 });
  expect(error.attempts).toEqual(attempts);
  expect(error.problem).toBe('unavailable');
  expect(error.message).toBe('qwen3-8b did not answer: all 2 attempts failed; the last: http://b/v1: down');
});
