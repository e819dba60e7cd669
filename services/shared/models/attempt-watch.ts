import { EndpointError } from './endpoint-errors.ts';
import type { EndpointSettings } from './endpoint-settings.ts';

/** Watches over one attempt at a call. */
export interface AttemptWatch extends Disposable {
  /** Aborts with the caller's reason, or with an EndpointError when a limit is passed. */
  readonly signal: AbortSignal;
  /** To be called for each piece of text that comes. */
  token(): void;
  /** Milliseconds to the first token, undefined before. */
  readonly firstTokenMs: number | undefined;
  /** Milliseconds since the attempt began, from where firstTokenMs counts too. */
  elapsedMs(): number;
}

/**
 * Two limits: the whole attempt, and silence between the tokens of a stream, which would otherwise hold its slot for as long as the
 * whole limit when it hangs in the middle.
 */
export function watchAttempt(
  settings: EndpointSettings,
  caller: AbortSignal,
  { streamed, nowMs }: { readonly streamed: boolean; readonly nowMs: () => number },
): AttemptWatch {
  const { timeoutMs, stallTimeoutMs } = settings;
  const limits = new AbortController();
  const startMs = nowMs();
  let firstTokenMs: number | undefined;
  const passed = (kind: 'timeout' | 'stalled', message: string): void =>
    limits.abort(new EndpointError(kind, settings.baseUrl, message));
  const whole = setTimeout(() => {
    if (streamed && firstTokenMs === undefined) {
      passed('stalled', `no token within ${seconds(timeoutMs)}; if the first one may take longer, raise timeout_seconds`);
    } else passed('timeout', `no complete reply within ${seconds(timeoutMs)}; if replies may take longer, raise timeout_seconds`);
  }, timeoutMs);
  const hang = (): void =>
    passed(
      'stalled',
      `silent in the middle of a reply for ${seconds(stallTimeoutMs)}; if the server pauses so long, raise timeout_seconds, ` +
        'a quarter of which it may',
    );
  let silence: NodeJS.Timeout | undefined;

  return {
    signal: AbortSignal.any([caller, limits.signal]),
    get firstTokenMs() {
      return firstTokenMs;
    },
    elapsedMs: () => nowMs() - startMs,
    token: () => {
      firstTokenMs ??= nowMs() - startMs;
      if (silence === undefined) silence = setTimeout(hang, stallTimeoutMs);
      else silence.refresh();
    },
    [Symbol.dispose]: () => {
      clearTimeout(whole);
      clearTimeout(silence);
    },
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
