import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { faultsOfClasses, looksAtNames, subClassesIn } from '../support/project/error-classes.ts';

const services = join(import.meta.dirname, '../../services');

/** Classes that extend something else than the base of all errors, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  ReloadedCredentials: 'it is how grpc-js lets a server have another certificate',
};

test('every class that extends another one is an error of the one base, and no two share a name', () => {
  const classes = subClassesIn(services);
  expect(classes.length).toBeGreaterThan(50);
  expect(faultsOfClasses(classes, 'ScaleError', exceptions)).toEqual([]);
});

test('nothing decides by the name of an error', () => {
  expect(looksAtNames(services)).toEqual([
    'cli/cli-error.ts: error.name, message: error.message, exitCode: exitCodeOf(error) };',
  ]);
});

test('no class sets its name itself', async () => {
  const naming = await Promise.all(
    [...new Set(subClassesIn(services).map(({ file }) => file))].map(async (file) => {
      const text = await readFile(join(services, file), 'utf8');
      return /override readonly name\b/.test(text) ? [file] : [];
    }),
  );
  expect(naming.flat()).toEqual(['domain/errors/scale-error.ts']);
});

test.each([
  ['a class of its own', 'class LostError extends Error {}', 'LostError extends Error, and does not descend from ScaleError'],
  ['another base', 'class LostError extends RangeError {}', 'LostError extends RangeError, and does not'],
  ['a child of such a class', 'class A extends Error {}\nclass B extends A {}', 'B extends A, and does not descend'],
  ['a class without a name', 'export const Lost = class extends Error {};', 'a class extends Error, and does not'],
  ['a generic one', 'class Lost<T> extends Error {\n  t!: T;\n}', 'Lost extends Error'],
  ['one over several lines', 'export class LostError\n  extends Error\n{}', 'LostError extends Error'],
  ['a base under another name', 'const Base = Error;\nclass Lost extends Base {}', 'Lost extends Base'],
  ['a circle', 'class A extends B {}\nclass B extends A {}', 'A extends B'],
  [
    'two of one name',
    'class LostError extends ScaleError {}\nclass LostError extends ScaleError {}',
    'LostError is the name of 2 classes',
  ],
])('planted: %s is found', async (_, text, fault) => {
  const classes = subClassesIn(await plant(text));
  expect(faultsOfClasses(classes, 'ScaleError').join('\n')).toContain(fault);
});

test('planted: classes of the base and a comment are fine', async () => {
  const text = '/** The class extends Error. */\nclass A extends ScaleError {}\nclass B extends A {} // class C extends Error {}';
  expect(faultsOfClasses(subClassesIn(await plant(text)), 'ScaleError')).toEqual([]);
});

test.each([
  "if (error.name === 'LostError') retry();",
  "if ((cause as Error).name !== 'AbortError') throw cause;",
  'return names.has(lastError.name);',
  'switch (thrown.constructor.name) {}',
])('planted: %s is found', async (text) => {
  expect(looksAtNames(await plant(text))).toHaveLength(1);
});

async function plant(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-errors-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'planted.ts'), text);
  return folder;
}
