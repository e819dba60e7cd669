import { expect, test } from 'vitest';
import {
  EndpointError,
  type EndpointErrorKind,
  fromCallError,
  InfrastructureError,
  isOutage,
  isOverload,
  isTransient,
} from '../../../../services/shared/models/endpoint-errors.ts';
import { endpointSettings } from '../../../../services/shared/models/endpoint-settings.ts';

const settings = endpointSettings(
  { model: 'm', baseUrl: 'http://gpu-1:8000/v1', apiKeyVariable: '', maxConcurrency: 0, timeoutMs: 0 },
  {},
);

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
] as const satisfies readonly (readonly [EndpointErrorKind, boolean, boolean, boolean])[])(
  '%s: transient %s, overload %s, outage %s',
  (kind, transient, overload, outage) => {
    const error = new EndpointError(kind, 'http://gpu-1:8000/v1', 'trouble');
    expect([isTransient(error), isOverload(error), isOutage(error)]).toEqual([transient, overload, outage]);
  },
);

test('a defect of ours is blamed on no endpoint', () => {
  expect(fromCallError(new TypeError("Cannot read properties of undefined (reading 'x')"), settings, 'm')).toBeUndefined();
  expect(fromCallError(new RangeError('boom'), settings, 'm')).toBeUndefined();
});

test('an infrastructure error keeps every attempt and has the kind of the last', () => {
  const attempts = [new EndpointError('timeout', 'http://a/v1', 'slow'), new EndpointError('unavailable', 'http://b/v1', 'down')];
  const error = new InfrastructureError('qwen3-8b', 'all 2 attempts failed', attempts, 30_000);
  expect(error.attempts).toEqual(attempts);
  expect(error.kind).toBe('unavailable');
  expect(error.message).toBe('qwen3-8b did not answer: all 2 attempts failed; the last: http://b/v1: down');
});
