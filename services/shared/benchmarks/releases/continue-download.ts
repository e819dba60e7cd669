import { ScaleError } from '../../../domain/errors/scale-error.ts';
import type { PartialFile } from './partial-file.ts';

/** The host answered, but not with the file. */
export class RefusedError extends ScaleError {
  readonly kind = 'refused';
  /** Another try may succeed. */
  readonly mayPass: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(response: Response) {
    super(`${response.status} ${response.statusText}`.trim());
    this.mayPass = [408, 416, 425, 429].includes(response.status) || response.status >= 500;
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    this.retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  }
}

export interface PartDownload {
  readonly url: string;
  readonly part: PartialFile;
  readonly silenceMs: number;
  readonly signal: AbortSignal;
  /** The number of bytes of the file kept so far. */
  readonly onProgress: (done: number, total: number | undefined) => void;
}

/**
 * One request for the missing part of a file, or for all of it if the host now has another version.
 * @throws Error if the file is still incomplete afterwards; what arrived is kept
 */
export async function continueDownload({ url, part, silenceMs, signal, onProgress }: PartDownload): Promise<void> {
  const { have, validator } = await part.continuable(url);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error(`nothing came for ${silenceMs / 1_000} s`)), silenceMs);
  const stop = AbortSignal.any([signal, silence.signal]);
  try {
    const response = await fetch(url, { headers: requestHeaders(have, validator), signal: stop });
    const start = await startOf(response, have, part);
    if (response.body === null) throw new Error('the answer has no body');
    await part.note(url, validatorOf(response));
    const total = totalOf(response, start);
    await using file = await part.openAfter(start);
    let done = start;
    for await (const chunk of response.body) {
      timer.refresh();
      await file.writeFile(chunk);
      done += chunk.length;
      onProgress(done, total);
    }
    await file.sync();
    if (total !== undefined && done < total) throw new Error(`it broke off after ${done} of ${total} bytes`);
  } catch (error) {
    // An abort arrives wrapped; the reason says what happened.
    throw silence.signal.aborted ? silence.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Ranges count bytes of the file itself, so it must not be compressed in transit. */
function requestHeaders(have: number, validator: string | undefined): Record<string, string> {
  const plain = { 'accept-encoding': 'identity' };
  if (have === 0 || validator === undefined) return plain;
  return { ...plain, range: `bytes=${have}-`, 'if-range': validator };
}

/** The offset in the file of the first byte that arrives. */
async function startOf(response: Response, have: number, part: PartialFile): Promise<number> {
  if (response.status === 200) return 0;
  if (response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`)) return have;
  await response.body?.cancel();
  // The host does not have the requested offset: what was kept belongs to another file.
  if (response.status === 416 || response.status === 206) await part.discard();
  throw new RefusedError(response);
}

function totalOf(response: Response, start: number): number | undefined {
  const length = response.headers.get('content-length');
  return length === null || isEncoded(response) ? undefined : start + Number(length);
}

/** A host that compresses anyway: its lengths and offsets are not those of the file. */
function isEncoded(response: Response): boolean {
  return (response.headers.get('content-encoding') ?? 'identity') !== 'identity';
}

/** If-Range takes a strong entity tag, or a date. */
function validatorOf(response: Response): string | undefined {
  if (isEncoded(response)) return undefined;
  const tag = response.headers.get('etag');
  return (tag?.startsWith('W/') ? undefined : tag) ?? response.headers.get('last-modified') ?? undefined;
}
