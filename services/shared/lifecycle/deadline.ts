/** A time limit that ends with its scope. */
export interface Deadline extends Disposable {
  /** Aborts with a TimeoutError, as that of `AbortSignal.timeout` does. */
  readonly signal: AbortSignal;
}

/** `AbortSignal.timeout` would keep its timer, and every signal made of it, until it fires: ten minutes for each job that took one second. */
export function startDeadline(afterMs: number): Deadline {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new DOMException(`not done within ${afterMs} ms`, 'TimeoutError')), afterMs);
  timer.unref();
  return { signal: limit.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
