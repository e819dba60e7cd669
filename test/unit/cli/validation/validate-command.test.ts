import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cliHere } from '../../../support/cli-here.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-validate-'));
});
afterEach(() => rm(folder, { recursive: true }));

it.each([
  ['seed: 1', ': benchmark is missing: it must be a group of settings [run-file]'],
  ['benchmark: sample\nseed: one', ':2: seed must be a whole number from 0 to 9007199254740991, but is "one" [run-file]'],
  ['benchmark: sample\nserach: {}', ':2: field serach: a run file has no setting "serach"; did you mean "search"? [run-file]'],
])('scale validate names a field once: %j', async (content, said) => {
  const path = join(folder, 'r.yaml');
  await writeFile(path, content);
  const { code, stdout } = await cliHere(['validate', path], { signal: new AbortController().signal });
  expect({ code, stdout }).toEqual({ code: 2, stdout: `${path}${said}\n` });
});

it('scale validate says of a file that cannot be read why, and takes it for no kind of file', async () => {
  const missing = join(folder, 'nothere.yaml');
  const { code, stdout } = await cliHere(['validate', missing, folder], { signal: new AbortController().signal });
  const said = `${missing}: there is no such file [unreadable]\n${folder}: cannot be read: it is a folder (EISDIR) [unreadable]\n`;
  expect({ code, stdout }).toEqual({ code: 2, stdout: said });
});
