import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { BenchmarkError } from './benchmark-error.ts';

/**
 * The text of a file, plain or gzipped, without a byte order mark.
 * @param howToGetIt told to a user who lacks the file
 * @throws BenchmarkError `missing-file`, `unreadable-file`
 */
export async function readTextFile(path: string, howToGetIt: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (isGzip ? await promisify(gunzip)(bytes) : bytes).toString('utf8').replace(/^\ufeff/, '');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) throw new BenchmarkError('missing-file', `${path} is not there; ${howToGetIt}`, { cause });
    throw new BenchmarkError('unreadable-file', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
