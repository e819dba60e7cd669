import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { whyUnread } from '../errors/file-error.ts';
import { EncodingError, utf8Text } from '../settings/utf8-text.ts';
import { BenchmarkError } from './benchmark-error.ts';

/**
 * The text of a file in UTF-8, plain or gzipped, without a byte order mark. Where carriage returns alone end the lines, as old
 * spreadsheets write them, they are line ends.
 * @param howToGetIt advice for a user who lacks the file
 * @throws BenchmarkError `missing-file`, `unreadable-file`
 */
export async function readTextFile(path: string, howToGetIt: string): Promise<string> {
  const bytes = await readFileBytes(path, howToGetIt);
  try {
    const text = utf8Text(bytes);
    return text.includes('\n') ? text : text.replaceAll('\r', '\n');
  } catch (cause) {
    if (!(cause instanceof EncodingError)) throw cause;
    throw new BenchmarkError('unreadable-file', `${path} ${cause.message}`, { cause });
  }
}

/**
 * The content of a file, unpacked if it is gzipped.
 * @throws BenchmarkError `missing-file`, `unreadable-file`
 */
export async function readFileBytes(path: string, howToGetIt: string): Promise<Uint8Array> {
  try {
    const bytes = await readFile(path);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return isGzip ? await promisify(gunzip)(bytes) : bytes;
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    if (missing) throw new BenchmarkError('missing-file', `${path} is not there; ${howToGetIt}`, { cause });
    throw new BenchmarkError('unreadable-file', `${path} ${whyUnread(cause, 'file')}`, { cause });
  }
}
