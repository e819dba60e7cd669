import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNatsServer } from '../../services/shared/toolchain/find-nats-server.ts';

const project = join(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
}

/** An empty folder with the packed package in it, and what an installation without development brings. */
let folder = '';
let installed = '';
let manifest: Manifest;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-package-'));
  await run('npm', ['pack', '--pack-destination', folder], { cwd: project });
  const [archive = ''] = await readdir(folder);
  await run('tar', ['-xzf', join(folder, archive), '-C', folder]);
  await mkdir(join(folder, 'node_modules'));
  installed = join(folder, 'node_modules', 'scale-search');
  await cp(join(folder, 'package'), installed, { recursive: true });
  for (const path of await productionPackages()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(join(project, path), join(folder, path));
  }
  manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Manifest;
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Those at the top: each holds its own. */
async function productionPackages(): Promise<string[]> {
  const { packages } = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { readonly dev?: true }>;
  };
  return Object.entries(packages).flatMap(([path, { dev }]) =>
    dev === true || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) ? [] : [path],
  );
}

async function scale(...words: readonly string[]): Promise<string> {
  const { path } = await findNatsServer({ environment: process.env });
  const env = { PATH: process.env.PATH, HOME: folder, NATS_SERVER_BIN: path };
  const program = join(installed, manifest.bin['scale-search'] ?? '');
  const { stdout } = await run(process.execPath, [program, ...words], { cwd: folder, env, maxBuffer: 32 * 1024 ** 2 });
  return stdout;
}

test('the packed package holds JavaScript with types, and nothing of its development', async () => {
  const files = (await readdir(installed, { recursive: true })).filter((file) => !file.startsWith('docs/'));
  expect(files.filter((file) => /\.ts$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
  expect(files).toContain('dist/services/cli/main.d.ts');
  expect(files).toContain('dist/services/shared/sandbox/python/zygote.py');
  expect(files.filter((file) => /^(test|node_modules|\.tools)\b|\.pyc$/.test(file))).toEqual([]);
});

test('its command searches on a benchmark of its folder and leaves a report there', async () => {
  expect(await scale('--version')).toMatch(
    new RegExp(`^scale +${manifest.version}\\ncommit +[0-9a-f]{12}(-dirty)?\\nNode.js +24\\.`),
  );
  await cp(join(installed, 'examples/custom-benchmark'), join(folder, 'mine'), { recursive: true });
  const said = await scale('run', 'mine/search.yaml', '--json');
  const [runId = ''] = await readdir(join(folder, '.scale/runs'));
  expect(await readFile(join(folder, '.scale/runs', runId, 'report.html'), 'utf8')).toContain('shop-messages');
  expect(said).toContain(runId);
});

test('its bench, which starts a process of its own from a file, finds it', async () => {
  expect(await scale('bench', 'bus', '--quick')).toContain('bare loop');
});
