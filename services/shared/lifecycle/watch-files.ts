import { readFile } from 'node:fs/promises';
import { coerceError } from '../errors/coerce-error.ts';
import { unreadableFile } from '../settings/settings-error.ts';
import { pause } from './abort.ts';
import type { Timing } from './timing.ts';

export interface WatchedFiles {
  readonly files: readonly {
    /** That names it. */
    readonly variable: string;
    readonly path: string;
  }[];
  /** One that is not there counts as empty. Default: it cannot be read. */
  readonly mayBeMissing?: boolean;
  readonly timing: Timing;
  /** Called with the contents, in the order of the files, whenever one has changed. What it throws goes to `failed`. */
  changed(contents: readonly Buffer[]): void;
  /** They cannot be read or used; what was used before still holds. Told once for each fault. */
  failed(error: Error): void;
}

/** By asking, not by the system's notices: these come neither from network file systems nor for a mounted Secret or ConfigMap. */
const lookEveryMs = 1_000;

/**
 * Reads files that belong together, such as a certificate and its key, and again whenever they change: on rotation, they are
 * replaced one after the other, so only what is the same at two looks counts.
 * @returns what ends the watch
 * @throws SettingsError for one that cannot be read at first, and what the first `changed` throws
 */
export async function watchFiles(watched: WatchedFiles): Promise<() => Promise<void>> {
  const { files, mayBeMissing = false, timing, changed, failed } = watched;
  const stopping = new AbortController();
  // One after the other: of several that cannot be read, it is always the first that is told of.
  const read = async (): Promise<Buffer[]> => {
    const contents: Buffer[] = [];
    for (const file of files) contents.push(await contentOf(file, mayBeMissing));
    return contents;
  };
  let [used, seen, fault] = [await read(), [] as readonly Buffer[], ''];
  changed(used);

  const look = async (): Promise<void> => {
    try {
      const now = await read();
      const isSettled = isSame(now, seen);
      seen = now;
      if (!isSettled || isSame(now, used)) return;
      used = now;
      changed(now);
      fault = '';
    } catch (error) {
      const { message } = coerceError(error);
      if (message !== fault) failed(coerceError(error));
      fault = message;
    }
  };
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pause(timing, lookEveryMs, stopping.signal);
      if (!stopping.signal.aborted) await look();
    }
  };
  const watching = watch();
  return async () => {
    stopping.abort();
    await watching;
  };
}

function contentOf({ variable, path }: WatchedFiles['files'][number], mayBeMissing: boolean): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (mayBeMissing && error.code === 'ENOENT') return Buffer.alloc(0);
    throw unreadableFile(variable, path, error);
  });
}

function isSame(one: readonly Buffer[], other: readonly Buffer[]): boolean {
  return one.length === other.length && one.every((content, index) => other[index]?.equals(content));
}
