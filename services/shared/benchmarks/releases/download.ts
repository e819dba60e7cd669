import { createBackoff } from '../../lifecycle/backoff.ts';
import { systemTiming } from '../../lifecycle/timing.ts';
import { continueDownload, RefusedError } from './continue-download.ts';
import { partialFile } from './partial-file.ts';
import { ReleaseError } from './release-error.ts';

export interface DownloadSettings {
  /** Tries in a row that bring no new byte; one that does restarts the count. */
  readonly tries: number;
  /** The longest silence of a host, before its first byte and between two bytes. */
  readonly silenceMs: number;
  /** Before the second try; doubled before each further one, or as long as the host asks. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const downloadDefaults: DownloadSettings = {
  tries: 5,
  silenceMs: 30_000,
  firstPauseMs: 1_000,
  longestPauseMs: 30_000,
};

export interface DownloadRequest {
  readonly url: string;
  /**
   * Appears when it is complete. What a broken download brought stays next to it, and a later one from the same URL continues
   * there.
   */
  readonly file: string;
  readonly signal: AbortSignal;
  readonly settings: DownloadSettings;
  /** @param total undefined if the host does not say */
  readonly onProgress: (done: number, total: number | undefined) => void;
  /** A try broke off and another follows. */
  readonly onRetry: (why: string) => void;
}

/**
 * Downloads a file, continuing where it broke off.
 * @throws ReleaseError that names the URL and what it answered, or the signal's reason
 */
export async function download(request: DownloadRequest): Promise<void> {
  const { url, settings, signal } = request;
  const part = partialFile(request.file);
  let fruitless = 0;
  const backoff = createBackoff({ firstMs: settings.firstPauseMs, capMs: settings.longestPauseMs });
  for (;;) {
    const before = await part.size();
    try {
      await continueDownload({ url, part, silenceMs: settings.silenceMs, signal, onProgress: request.onProgress });
      return await part.finish();
    } catch (error) {
      signal.throwIfAborted();
      fruitless = (await part.size()) > before ? 0 : fruitless + 1;
      const why = describe(error);
      if (error instanceof RefusedError && !error.mayPass) throw failed(`${url} answers ${why}`, error);
      if (fruitless >= settings.tries) throw failed(`${url} cannot be downloaded: ${why} (${fruitless} tries)`, error);
      request.onRetry(why);
      if (fruitless <= 1) backoff.reset();
      const pauseMs = backoff.next();
      const asked = error instanceof RefusedError ? error.retryAfterMs : undefined;
      await systemTiming.sleep(Math.min(settings.longestPauseMs, asked ?? pauseMs), signal);
    }
  }
}

function failed(message: string, cause: unknown): ReleaseError {
  return new ReleaseError('download', message, { cause });
}

/** fetch says only that it failed; the reason is its cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.message === 'fetch failed' ? error.cause.message : error.message;
}
