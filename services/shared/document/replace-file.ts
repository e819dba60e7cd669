import { rename, writeFile } from 'node:fs/promises';

/** Writes a file over an earlier one. A reader never finds half a file. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, content);
  await rename(draft, path);
}
