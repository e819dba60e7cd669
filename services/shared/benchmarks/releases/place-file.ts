import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { removeLeftDrafts } from '../../document/left-drafts.ts';

/**
 * Writes one of a benchmark's files, gzipped if its name says so. A reader finds the complete file or none, even after a crash.
 * @returns its size in bytes
 */
export async function placeFile(folder: string, name: string, text: string | Uint8Array): Promise<number> {
  const content = name.endsWith('.gz') ? await promisify(gzip)(text, { level: 9 }) : Buffer.from(text);
  await mkdir(folder, { recursive: true });
  await removeLeftDrafts(join(folder, name));
  const draft = join(folder, `.${name}.${process.pid}.draft`);
  try {
    await using handle = await open(draft, 'w');
    await handle.writeFile(content);
    await handle.sync();
    await rename(draft, join(folder, name));
    return content.length;
  } finally {
    await rm(draft, { force: true });
  }
}
