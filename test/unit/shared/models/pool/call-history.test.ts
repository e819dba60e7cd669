import { expect, test } from 'vitest';
import type { Failure } from '../../../../../services/domain/failure.ts';
import { EndpointError, type EndpointProblem } from '../../../../../services/shared/models/errors/endpoint-errors.ts';
import {
  type CallHistory,
  createCallHistories,
  isSuspect,
  verdictOn,
} from '../../../../../services/shared/models/pool/call-history.ts';

const own: Failure = { kind: 'refused', message: 'no' };

function history(kind: EndpointProblem, times: number, ofRequest?: Failure): CallHistory {
  const failed = Array.from({ length: times }, () => new EndpointError(kind, 'http://a/v1', 'no', { ofRequest }));
  return { sinceMs: 0, answeredBefore: 10, failed };
}

const minutes = (count: number): number => count * 60_000;

test.each<[EndpointProblem, number, Failure | undefined, { nowMs: number; answered: number }, boolean]>([
  ['unclear-refusal', 1, own, { nowMs: 0, answered: 10 }, true],
  ['credentials', 1, undefined, { nowMs: 0, answered: 10 }, true],
  ['malformed', 3, own, { nowMs: minutes(60), answered: 99 }, false],
  ['malformed', 4, own, { nowMs: 0, answered: 10 }, true],
  ['empty', 4, own, { nowMs: 0, answered: 10 }, true],
  // A server that breaks down may only be restarting.
  ['unavailable', 8, own, { nowMs: minutes(0.1), answered: 99 }, false],
  ['unavailable', 8, own, { nowMs: minutes(1), answered: 10 }, true],
  ['unavailable', 99, undefined, { nowMs: minutes(60), answered: 999 }, false],
  // Slow for all is no reason; slow for one while others come through is.
  ['stalled', 99, undefined, { nowMs: minutes(60), answered: 10 }, false],
  ['timeout', 8, undefined, { nowMs: minutes(16), answered: 18 }, true],
  // A busy endpoint turns most calls away.
  ['throttled', 50, undefined, { nowMs: minutes(60), answered: 999 }, false],
  ['throttled', 100, undefined, { nowMs: minutes(16), answered: 110 }, true],
])('%s, %i times, is a reason to ask whose fault it is: %#', (kind, times, failure, others, suspect) => {
  expect(isSuspect(history(kind, times, failure), others)).toBe(suspect);
});

test('a refusal that is not of the request is asked about again until others have had their answers', () => {
  const others = { nowMs: 0, answered: 22 };
  expect(verdictOn(history('credentials', 11), others)).toEqual({ kind: 'try-again' });
  expect(verdictOn(history('credentials', 12), others)).toEqual({
    kind: 'failure',
    failure: { kind: 'unavailable', message: 'asked 12 times while others were answered: no' },
  });
});

test('a call that never ends in time is a failure of its own, and names no address', () => {
  expect(verdictOn(history('timeout', 8), { nowMs: 0, answered: 18 })).toEqual({
    kind: 'failure',
    failure: { kind: 'timeout', message: 'asked 8 times while others were answered: no' },
  });
});

test('attempts of all deliveries of a job are one history, until it is forgotten', () => {
  const histories = createCallHistories();
  const others = { nowMs: 5, answered: 1 };
  const error = new EndpointError('malformed', 'http://a/v1', 'no');
  histories.of('job call', others);
  histories.failed('job call', [error, error]);
  histories.of('job call', { nowMs: 9, answered: 2 });
  expect(histories.failed('job call', [error])).toEqual({ sinceMs: 5, answeredBefore: 1, failed: [error, error, error] });
  histories.forget('job call');
  expect(histories.failed('job call', [error])).toBeUndefined();
});
