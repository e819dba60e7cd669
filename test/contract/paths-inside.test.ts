import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const project = join(import.meta.dirname, '../..');

/** Paths in a source file that lead up from the working directory, or from the file to outside the checkout. */
function pathsOutside(file: string, source: string): string[] {
  const text = source.replaceAll(/\b(?:from|import) '[^']*'|\bimport\('[^']*'\)/g, '');
  const fromItself = /import\.meta\.dirname((?:, (?:'[^']*'|`[^`]*`|\w+))*)|new URL\(('[^']*'|`[^`]*`), import\.meta\.url/g;
  const outside = [...text.matchAll(fromItself)].flatMap(([, words, url]) => {
    const path = [...(words ?? url ?? '').matchAll(/'([^']*)'|`([^`]*)`/g)].map(([, plain, template]) => plain ?? template ?? '');
    return relative(project, join(project, dirname(file), ...path)).startsWith('..') ? [path.join('/')] : [];
  });
  const fromElsewhere = text.replaceAll(fromItself, '').matchAll(/['"`](\.\.\/[^'"`]*)['"`]/g);
  return [...outside, ...[...fromElsewhere].map(([, path = '']) => path)];
}

// What lies beside a checkout is nobody's business: a user names a folder, or has one in the place that XDG gives it.
it('no default leads out of the checkout', () => {
  const files = globSync('{services,scripts,test}/**/*.ts', { cwd: project }).filter(
    (file) => !file.includes('/generated/') && !file.endsWith('paths-inside.test.ts'),
  );
  expect(files.length).toBeGreaterThan(800);
  const found = files.flatMap((file) =>
    pathsOutside(file, readFileSync(join(project, file), 'utf8')).map((path) => `${file}: ${path}`),
  );
  expect(found).toEqual([]);
});

it.each([
  ["resolve('../shared/data')", ['../shared/data']],
  ["process.argv[2] ?? '../shared/data'", ['../shared/data']],
  ["join(import.meta.dirname, '../../../../shared/data')", ['../../../../shared/data']],
  ["join(import.meta.dirname, '..', '..', '..', 'data')", []],
  ["join(import.meta.dirname, '..', '..', '..', '..', 'data')", ['../../../../data']],
  ["new URL('../../../../data', import.meta.url)", ['../../../../data']],
  ["import { join } from '../../../../shared/data.ts';", []],
])('the check reads %s', (source, expected) => {
  expect(pathsOutside('services/shared/config/planted.ts', source)).toEqual(expected);
});
