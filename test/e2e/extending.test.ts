import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changed, fileBlocks } from '../support/page-blocks.ts';

const project = join(import.meta.dirname, '../..');
const page = await readFile(join(project, 'docs/extending.md'), 'utf8');
const blocks = fileBlocks(page);
const added = blocks.filter(({ language, path }) => language === 'ts' && path.startsWith('services/'));
const changes = blocks.filter(({ language }) => language === 'diff');

/** A copy of the sources in which everything that docs/extending.md adds is there. */
let copy = '';
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'scale-extended-'));
  for (const path of ['services', 'proto', 'package.json', 'tsconfig.json', 'biome.json', 'scripts/lint'])
    await cp(join(project, path), join(copy, path), { recursive: true });
  for (const path of ['node_modules', '.tools']) await symlink(join(project, path), join(copy, path));
  for (const { language, path, text } of blocks) {
    const file = join(copy, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, language === 'diff' ? changed(path, await readFile(file, 'utf8'), text) : text);
  }
});
afterAll(() => rm(copy, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function inCopy(program: string, ...args: readonly string[]): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: '', SCALE_DATA: join(copy, 'no-data') };
  try {
    const said = await promisify(execFile)(program, args, { cwd: copy, env, maxBuffer: 32 * 1024 ** 2 });
    return { code: 0, ...said };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}

const scale = (...args: readonly string[]) => inCopy(process.execPath, 'services/cli/main.ts', ...args);
const tool = (name: string, ...args: readonly string[]) => inCopy(join(project, 'node_modules/.bin', name), ...args);

describe('docs/extending.md', () => {
  test('adds one file and one registry line for each thing', () => {
    expect(added).toHaveLength(9);
    for (const { path, text } of changes) {
      const lines = text.split('\n').filter((line) => line.startsWith('+'));
      const isSetting = /evaluation-rules|draw-few-shot/.test(path);
      // Where a list was one line and is broken into several, what is new of it is one name.
      const words = (sign: string) =>
        new Set(text.split('\n').flatMap((line) => (line.startsWith(sign) ? (line.match(/[\w$]+/g) ?? []) : [])));
      const fresh = [...words('+').difference(words('-'))].filter((word) => !/^(import|from|ts)$/.test(word));
      if (!isSetting) expect(lines.filter((line) => line.startsWith('+import'))).toHaveLength(1);
      if (!isSetting) expect(new Set(fresh.map((word) => word.toLowerCase())).size, `${path}: ${fresh}`).toBeLessThanOrEqual(5);
    }
  });

  test('is code that compiles and passes the linter', async () => {
    expect(await tool('tsc', '-p', '.')).toMatchObject({ code: 0, stdout: '' });
    const files = [...added, ...changes].map(({ path }) => path);
    expect(await tool('biome', 'check', '--vcs-enabled=false', '--error-on-warnings', ...files)).toMatchObject({ code: 0 });
  });

  test('is used by a search, and shows in its report', async () => {
    expect(await scale('validate', 'times-table.yaml')).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await scale('run', 'times-table.yaml', '--json');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { files, report } = JSON.parse(stdout);

    const shown = await readFile(files.markdown, 'utf8');
    expect(shown).toContain('few-shot less its error');
  });
});
