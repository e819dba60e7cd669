import { mkdir, mkdtempDisposable, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileErrorFrom } from '../../../../services/shared/errors/file-error.ts';

test('a file that cannot be written where a person said is named, with why', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'scale-file-error-'));
  const at = (name: string): string => join(folder.path, name);
  await mkdir(at('taken'));
  await writeFile(at('draft'), '');
  const failed = async (write: Promise<void>): Promise<string | undefined> =>
    fileErrorFrom(
      await write.then(
        () => undefined,
        (error: unknown) => error,
      ),
    )?.message;
  expect(await failed(writeFile(at('taken'), ''))).toBe(`${at('taken')} cannot be used: it is a folder (EISDIR)`);
  expect(await failed(writeFile(at('none/file'), ''))).toContain(`${at('none/file')} cannot be used: it, or the folder`);
  expect(await failed(writeFile(at('x'.repeat(300)), ''))).toContain('the name is too long');
  // Files are replaced by renaming a draft, whose own name says nothing.
  expect(await failed(rename(at('draft'), at('taken')))).toBe(`${at('taken')} cannot be written: it is a folder (EISDIR)`);
});
