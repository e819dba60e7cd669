import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

const project = join(import.meta.dirname, '../..');

async function readLock(): Promise<Record<string, LockedPackage>> {
  const text = await readFile(join(project, 'package-lock.json'), 'utf8');
  return (JSON.parse(text) as { packages: Record<string, LockedPackage> }).packages;
}

// npm leaves out the packages for other platforms when it cannot reach them, and `npm ci` then refuses the lock file.
test('the lock file names the packages of every platform', async () => {
  const packages = await readLock();
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {}).filter(
      (name) => packages[`${path}/node_modules/${name}`] === undefined && packages[`node_modules/${name}`] === undefined,
    ),
  );
  expect(missing).toEqual([]);
});

test('the lock file names no download address, which may be one machine’s own mirror', async () => {
  const packages = await readLock();
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

test('package.json asks for exact versions', async () => {
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  for (const version of Object.values({ ...dependencies, ...devDependencies })) expect(version).toMatch(/(^|@)\d+\.\d+\.\d+$/);
});
