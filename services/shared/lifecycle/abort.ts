import type { Timing } from './timing.ts';

/**
 * Waiting that ends with a signal. Signals live long (a service's, a run's) and waits are many, so each wait here removes its
 * listener when it is over; a listener left behind keeps what it refers to alive for as long as the signal lives.
 */

/** Calls the action once when the signal aborts, now if it has aborted already, and never again once disposed. */
export function onAbort(signal: AbortSignal, action: () => void): Disposable {
  if (signal.aborted) action();
  else signal.addEventListener('abort', action, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', action) };
}

/** Resolves when the signal aborts. Do not race it with anything: where something else may end the wait, use `orAborted`. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => onAbort(signal, resolve));
}

/** The outcome of the work, unless the signal aborts first; the work itself then continues. @throws the signal's reason */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  using _listening = onAbort(signal, () => aborted.reject(signal.reason));
  return await Promise.race([aborted.promise, work]);
}

/** Waits for the time, or for the signal if that aborts first. */
export async function pause(timing: Timing, durationMs: number, signal: AbortSignal): Promise<void> {
  try {
    await timing.sleep(durationMs, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** A signal that detaches from its sources when its scope ends. */
export interface ScopedSignal extends Disposable {
  readonly signal: AbortSignal;
}

/** One that its owner may abort too. */
export interface OwnSignal extends ScopedSignal {
  abort(reason: unknown): void;
}

/**
 * Aborts with the first of the others. `AbortSignal.any` for frequent use under long-lived signals: the platform's leaves weak
 * references at each until the garbage collector runs (a third of the time of a call that is only queued).
 */
export function linked(...signals: readonly AbortSignal[]): OwnSignal {
  const first = new AbortController();
  const listening: Disposable[] = [];
  for (const signal of signals) listening.push(onAbort(signal, () => first.abort(signal.reason)));
  return {
    signal: first.signal,
    abort: (reason) => first.abort(reason),
    [Symbol.dispose]: () => {
      for (const each of listening) each[Symbol.dispose]();
    },
  };
}

/** Aborts with the first of the others, or with a TimeoutError when the time is over. */
export function linkedWithin(timing: Timing, limitMs: number, ...signals: readonly AbortSignal[]): ScopedSignal {
  const limit = linked(...signals);
  const cancel = timing.after(limitMs, () => limit.abort(timeoutError(limitMs)));
  return {
    signal: limit.signal,
    [Symbol.dispose]: () => {
      cancel();
      limit[Symbol.dispose]();
    },
  };
}

function timeoutError(limitMs: number): DOMException {
  return new DOMException(`not done within ${limitMs} ms`, 'TimeoutError');
}

/**
 * Aborts with a TimeoutError when the time is over, as `AbortSignal.timeout` does; but that one would keep its timer, and every
 * signal derived from it, until it fires: ten minutes for each job that took one second.
 */
export function within(timing: Timing, limitMs: number): ScopedSignal {
  const limit = new AbortController();
  const cancel = timing.after(limitMs, () => limit.abort(timeoutError(limitMs)));
  return { signal: limit.signal, [Symbol.dispose]: cancel };
}
