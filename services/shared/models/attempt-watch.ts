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
}

/**
 * Three limits: the whole attempt, silence before the first token, silence between tokens. The last two are for streams only:
 * one that hangs in the middle would otherwise hold its slot for as long as the whole limit.
 */
export function watchAttempt(
  settings: EndpointSettings,
  caller: AbortSignal,
  { streamed, nowMs }: { readonly streamed: boolean; readonly nowMs: () => number },
): AttemptWatch {
  const limits = new AbortController();
  const startMs = nowMs();
  let firstTokenMs: number | undefined;
  const limit = (kind: 'timeout' | 'stalled', afterMs: number, message: string) =>
    setTimeout(() => limits.abort(new EndpointError(kind, settings.baseUrl, message)), afterMs);

  const whole = limit(
    'timeout',
    settings.timeoutMs,
    `no complete reply within ${settings.timeoutMs} ms; if replies may take longer, raise timeout_seconds`,
  );
  let silence = streamed
    ? limit('stalled', settings.firstTokenTimeoutMs, `no token within ${settings.firstTokenTimeoutMs} ms`)
    : undefined;

  return {
    signal: AbortSignal.any([caller, limits.signal]),
    get firstTokenMs() {
      return firstTokenMs;
    },
    token: () => {
      if (firstTokenMs !== undefined) {
        silence?.refresh();
        return;
      }
      firstTokenMs = nowMs() - startMs;
      clearTimeout(silence);
      silence = limit('stalled', settings.stallTimeoutMs, `silent in the middle of a reply for ${settings.stallTimeoutMs} ms`);
    },
    [Symbol.dispose]: () => {
      clearTimeout(whole);
      clearTimeout(silence);
    },
  };
}
