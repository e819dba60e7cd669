import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../../..');
const copied = ['package.json', 'package-lock.json', 'CHANGELOG.md', 'README.md', 'buf.yaml', 'docs', 'k8s', 'deploy', 'proto'];
copied.push('scripts/release', 'scripts/set-version.ts');

let folder: string;
let version: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-release-'));
  for (const path of copied) await cp(join(project, path), join(folder, path), { recursive: true });
  await symlink(join(project, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, '.gitignore'), '/node_modules\n');
  // The checks and the searches of the goldens take minutes; each has tests of its own.
  await mkdir(join(folder, '.ci'));
  await checksSay('12 passed, 0 failed, 1 skipped');
  await writeFile(
    join(folder, 'scripts/write-goldens.ts'),
    "import { writeFileSync } from 'node:fs';\nwriteFileSync('goldens', 'new');\n",
  );
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'somebody');
  await git('config', 'user.email', 'somebody@localhost');
  await commitAll();
  version = (JSON.parse(await text('package.json')) as { readonly version: string }).version;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const git = async (...words: readonly string[]): Promise<string> => (await run('git', words, { cwd: folder })).stdout;
const text = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');

async function commitAll(): Promise<void> {
  await git('add', '-A');
  await git('commit', '--quiet', '-m', 'Begin');
}

async function checksSay(totals: string): Promise<void> {
  await writeFile(join(folder, '.ci/run'), `#!/bin/sh\necho '${totals}'\n`);
  await chmod(join(folder, '.ci/run'), 0o755);
}

const release = (...words: readonly string[]) => run(join(folder, 'scripts/release'), words, { cwd: folder });

test('a release sets the version everywhere, writes goldens, dates the changelog, and is committed and tagged', async () => {
  const { stdout } = await release('7.8.9');
  expect(await git('describe')).toBe('v7.8.9\n');
  expect(await git('status', '--porcelain')).toBe('');
  expect(JSON.parse(await text('package.json'))).toMatchObject({ version: '7.8.9' });
  expect(JSON.parse(await text('package-lock.json'))).toMatchObject({ version: '7.8.9', packages: { '': { version: '7.8.9' } } });
  for (const overlay of ['local', 'production']) {
    const kustomization = await text(`k8s/overlays/${overlay}/kustomization.yaml`);
    expect(kustomization.match(/name: scale(-sandbox)?,.* newTag: 7\.8\.9/g), overlay).toHaveLength(2);
    expect(kustomization).toMatch(/name: nats, newTag: (?!7\.8\.9)/);
  }
  expect(await text('k8s/README.md')).toContain('kind load docker-image scale:7.8.9 scale-sandbox:7.8.9');
  expect(await text('CHANGELOG.md')).toMatch(/^## Unreleased\n\n## 7\.8\.9 - \d{4}-\d\d-\d\d\n\n### Added/m);
  expect(await text('goldens')).toBe('new');
  expect(stdout).toContain('git push --follow-tags');
  await expect(release('7.8.9')).rejects.toMatchObject({ stderr: expect.stringContaining('v7.8.9 is out') });
  await expect(release('7.8.10')).rejects.toMatchObject({ stderr: expect.stringContaining('nothing under "## Unreleased"') });
});

test('a dry run shows what would be committed, and changes nothing', async () => {
  const before = await git('rev-parse', 'HEAD');
  const { stdout } = await release('7.8.9', '--dry-run');
  expect(stdout).toContain('k8s/overlays/production/kustomization.yaml');
  expect(stdout).toContain('nothing was changed here');
  expect(await git('rev-parse', 'HEAD')).toBe(before);
  expect(await git('tag')).toBe('');
  expect(JSON.parse(await text('package.json'))).toMatchObject({ version });
});

test('nothing is released from a tree with changes, with a failing check, or backwards', async () => {
  await expect(release('0.0.1')).rejects.toMatchObject({ stderr: expect.stringContaining('is older than') });
  await expect(release('next')).rejects.toMatchObject({ stderr: expect.stringContaining('give the version') });
  await checksSay('11 passed, 1 failed, 1 skipped');
  await expect(release('7.8.9')).rejects.toMatchObject({ stderr: expect.stringContaining('not committed') });
  await commitAll();
  await expect(release('7.8.9')).rejects.toMatchObject({ stderr: expect.stringContaining('11 passed, 1 failed') });
  expect(await git('tag')).toBe('');
});

test('every image that a manifest pins is of the version of package.json', async () => {
  const { stdout } = await run('git', ['grep', '-hoE', 'name: scale(-sandbox)?,.*newTag: [^ ]+', '--', 'k8s'], { cwd: folder });
  const tags = stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/.*newTag: /, ''));
  expect(tags.length).toBeGreaterThan(3);
  expect(new Set(tags)).toEqual(new Set([version]));
});
