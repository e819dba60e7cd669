import { linked } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { EndpointError } from '../errors/endpoint-errors.ts';
import { type EndpointSettings, endpointName } from '../settings/endpoint-settings.ts';

/** Watches over one attempt at a call. */
export interface AttemptWatch extends Disposable {
  /** Aborts with the caller's reason, or with an EndpointError when a limit is passed. */
  readonly signal: AbortSignal;
  /** To be called for each piece of text that arrives. */
  token(): void;
  /** Milliseconds to the first token, undefined until it arrives. */
  readonly firstTokenMs: number | undefined;
  /** Milliseconds since the attempt began; firstTokenMs counts from there too. */
  elapsedMs(): number;
}

/**
 * Two limits: on the whole attempt, and on silence between the tokens of a stream, which would otherwise hold its slot for the
 * whole limit if it hangs in the middle.
 */
export function watchAttempt(
  settings: EndpointSettings,
  caller: AbortSignal,
  { streamed, timing }: { readonly streamed: boolean; readonly timing: Timing },
): AttemptWatch {
  const { timeoutMs, stallTimeoutMs } = settings;
  const either = linked(caller);
  const startMs = timing.monotonicMs();
  let firstTokenMs: number | undefined;
  const passed = (kind: 'timeout' | 'stalled', message: string): void =>
    either.abort(new EndpointError(kind, endpointName(settings), message));
  const overWhole = (): void => {
    if (streamed && firstTokenMs === undefined) {
      passed('stalled', `no token within ${seconds(timeoutMs)}; if the first one may take longer, raise timeout_seconds`);
    } else passed('timeout', `no complete reply within ${seconds(timeoutMs)}; if replies may take longer, raise timeout_seconds`);
  };
  const hang = (): void =>
    passed(
      'stalled',
      `silent in the middle of a reply for ${seconds(stallTimeoutMs)}; if the server pauses that long, raise timeout_seconds: ` +
        'a quarter of it is allowed between two tokens',
    );
  let lastTokenMs: number | undefined;
  /** One timer for both limits and all tokens: where neither is passed, it waits for what is left of the nearer one. */
  const lookIn = (forMs: number): (() => void) =>
    timing.after(forMs, () => {
      const nowMs = timing.monotonicMs();
      const wholeMs = startMs + timeoutMs - nowMs;
      const silentMs = (lastTokenMs ?? nowMs) + stallTimeoutMs - nowMs;
      if (wholeMs <= 0) overWhole();
      else if (silentMs <= 0) hang();
      else cancel = lookIn(Math.min(wholeMs, silentMs));
    });
  let cancel = lookIn(Math.min(timeoutMs, stallTimeoutMs));

  return {
    signal: either.signal,
    get firstTokenMs() {
      return firstTokenMs;
    },
    elapsedMs: () => timing.monotonicMs() - startMs,
    token: () => {
      lastTokenMs = timing.monotonicMs();
      firstTokenMs ??= lastTokenMs - startMs;
    },
    [Symbol.dispose]: () => {
      either[Symbol.dispose]();
      cancel();
    },
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
