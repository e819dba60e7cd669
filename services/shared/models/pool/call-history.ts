import type { Failure, FailureKind } from '../../../domain/failure.ts';
import type { EndpointError } from '../errors/endpoint-errors.ts';

/** All attempts at one call since it was first made, over all deliveries of its job. */
export interface CallHistory {
  readonly sinceMs: number;
  /** Calls that the endpoints had answered by that time. */
  readonly answeredBefore: number;
  readonly failed: readonly EndpointError[];
}

/** What is known about other calls to the same endpoints. */
export interface OtherCalls {
  readonly nowMs: number;
  /** Since the worker started. */
  readonly answered: number;
}

const minuteMs = 60_000;

/**
 * Whether a call has failed so often in the same way that one must ask whose fault it is: the endpoint's, which is worth waiting
 * for, or the call's own, since others are answered. No call is repeated for ever, but a busy endpoint turns many calls away
 * before it takes one: so patience is long where a call is told to come back later, and short where its reply is broken each
 * time.
 */
export function isSuspect({ failed, sinceMs, answeredBefore }: CallHistory, { nowMs, answered }: OtherCalls): boolean {
  const last = failed.at(-1);
  if (last === undefined) return false;
  const times = timesOf(failed, last);
  const others = answered - answeredBefore;
  switch (last.problem) {
    case 'credentials':
    case 'misconfigured':
    case 'unclear-refusal':
      return true;
    case 'malformed':
    case 'empty':
      return times >= 4;
    case 'unavailable':
      return last.ofRequest !== undefined && times >= 8 && nowMs - sinceMs >= minuteMs / 3;
    case 'timeout':
    case 'stalled':
      return times >= 8 && others >= times;
    case 'throttled':
      return times >= 100 && others >= times && nowMs - sinceMs >= 15 * minuteMs;
  }
}

export type Verdict =
  /** The failure is the call's own. */
  | { readonly kind: 'failure'; readonly failure: Failure }
  /** Every call fails like this and a small one does not: the reason is unknown, and nothing may be scored on it. */
  | { readonly kind: 'needs-person'; readonly message: string }
  | { readonly kind: 'try-again' };

/** Whose fault a suspect call is, when its endpoint has just answered a small one with the same settings. */
export function verdictOn({ failed, answeredBefore }: CallHistory, { answered }: OtherCalls): Verdict {
  const last = failed.at(-1);
  if (last === undefined) return { kind: 'try-again' };
  const times = timesOf(failed, last);
  const own = last.ofRequest;
  switch (last.problem) {
    case 'credentials':
    case 'misconfigured':
    case 'unclear-refusal':
      if (own !== undefined) return { kind: 'failure', failure: own };
      // Of several servers behind the address, one knows the key or the model, and another does not.
      if (times >= 12 && answered - answeredBefore >= times)
        return { kind: 'failure', failure: ownFailure('unavailable', last, times) };
      return { kind: 'try-again' };
    case 'malformed':
    case 'empty':
    case 'unavailable':
      if (own !== undefined && answered > 0) return { kind: 'failure', failure: own };
      if (times < 12) return { kind: 'try-again' };
      return {
        kind: 'needs-person',
        message: `${last.endpoint} answers a small call but none of the run's own: ${last.message.slice(last.endpoint.length + 2)}`,
      };
    case 'timeout':
    case 'stalled':
      return { kind: 'failure', failure: ownFailure('timeout', last, times) };
    case 'throttled':
      return { kind: 'failure', failure: ownFailure('throttled', last, times) };
  }
}

function timesOf(failed: readonly EndpointError[], { problem }: EndpointError): number {
  return failed.filter((error) => error.problem === problem).length;
}

/** It becomes part of a run's log, so it does not name an address. */
function ownFailure(kind: FailureKind, { message, endpoint }: EndpointError, times: number): Failure {
  return { kind, message: `asked ${times} times while others were answered: ${message.slice(endpoint.length + 2)}` };
}

/** The histories of calls that have not been answered yet. */
export interface CallHistories {
  /** @param others as of the time when the call is first made */
  of(callKey: string, others: OtherCalls): CallHistory;
  failed(callKey: string, attempts: readonly EndpointError[]): CallHistory | undefined;
  forget(callKey: string): void;
}

/** Beyond it the oldest is forgotten: its call then starts from zero, and is merely repeated more often. */
const mostKept = 10_000;

export function createCallHistories(): CallHistories {
  const kept = new Map<string, CallHistory>();
  return {
    of: (callKey, { nowMs, answered }) => {
      const known = kept.get(callKey) ?? { sinceMs: nowMs, answeredBefore: answered, failed: [] };
      kept.set(callKey, known);
      // The first key is looked for past all that were forgotten since the map was made anew: not for each call.
      const oldest = kept.size > mostKept ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
      return known;
    },
    failed: (callKey, attempts) => {
      const known = kept.get(callKey);
      if (known === undefined) return undefined;
      const grown = { ...known, failed: [...known.failed, ...attempts] };
      kept.set(callKey, grown);
      return grown;
    },
    forget: (callKey) => void kept.delete(callKey),
  };
}
