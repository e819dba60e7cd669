import { chmod, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { removeLeftDrafts } from './left-drafts.ts';

let drafts = 0;

/**
 * Writes a file over an earlier one, whose mode it keeps. A reader never finds half a file, and what breaks off leaves the
 * earlier one as it was. Through a link, the file that it leads to is replaced; what is no file, such as a pipe, is written to.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile()) return await writeFile(path, content);
  const place = found === undefined ? path : await realpath(path);
  await removeLeftDrafts(place);
  drafts += 1;
  // Of a name of its own, also within this process: two that write the same file do not write into each other's.
  const draft = `${place}.${process.pid}-${drafts}.draft`;
  try {
    await writeFile(draft, content);
    if (found !== undefined) await chmod(draft, found.mode);
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
