import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

/** Where the bytes of a partial file come from, and what the host called that version of the file. */
const originSchema = z.object({ url: z.string(), validator: z.string() });

/**
 * A download that may break off: FILE.part holds what has arrived, FILE.part.json where it came from. FILE exists only when it is
 * complete.
 */
export interface PartialFile {
  /** Bytes from which another request to this URL can continue, and the version they belong to; 0 if there are none. */
  continuable(url: string): Promise<{ readonly have: number; readonly validator?: string }>;
  /** The bytes that exist now, whether or not they can be continued. */
  size(): Promise<number>;
  /** Notes where the next bytes come from. Without a validator they cannot be continued later. */
  note(url: string, validator: string | undefined): Promise<void>;
  /** Opens it for writing after its first `have` bytes; anything beyond them is discarded. */
  openAfter(have: number): Promise<FileHandle>;
  /** Makes it the finished file. */
  finish(): Promise<void>;
  discard(): Promise<void>;
}

export function partialFile(file: string): PartialFile {
  const part = `${file}.part`;
  const origin = `${part}.json`;
  const size = async (): Promise<number> => (await stat(part).catch(() => undefined))?.size ?? 0;
  const discard = async (): Promise<void> => {
    await rm(part, { force: true });
    await rm(origin, { force: true });
  };
  return {
    size,
    discard,
    continuable: async (url) => {
      const noted = await readOrigin(origin);
      return noted?.url === url ? { have: await size(), validator: noted.validator } : { have: 0 };
    },
    note: async (url, validator) => {
      await mkdir(dirname(part), { recursive: true });
      if (validator === undefined) await rm(origin, { force: true });
      else await writeFile(origin, JSON.stringify({ url, validator }));
    },
    openAfter: async (have) => {
      const handle = await open(part, 'a');
      await handle.truncate(have);
      return handle;
    },
    finish: async () => {
      await rename(part, file);
      await rm(origin, { force: true });
    },
  };
}

/** With a missing or truncated note, nothing can be continued. */
async function readOrigin(path: string): Promise<z.infer<typeof originSchema> | undefined> {
  try {
    return originSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
