import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');

/** Biome wraps code at this width, and leaves comments alone. */
const width = 130;

test('no comment is wider than the code', () => {
  expect(['services', 'test', 'scripts'].flatMap((folder) => wideComments(folder))).toEqual([]);
});

test.each([
  [`/** ${'word '.repeat(26)}*/`, true],
  [` * ${'word '.repeat(26)}`, true],
  [`  // ${'word '.repeat(26)}`, true],
  [`  // ${'word '.repeat(20)}`, false],
  [`const address = '${'x'.repeat(130)}'; // short`, false],
])('%s', (line, isWide) => {
  expect(isWideComment(line)).toBe(isWide);
});

function wideComments(folder: string): string[] {
  const files = readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.ts') && !name.includes('generated') && !name.includes('fixtures'))
    .flatMap((name) =>
      readFileSync(join(project, folder, name), 'utf8')
        .split('\n')
        .flatMap((line, index) => (isWideComment(line) ? [`${folder}/${name}:${index + 1}`] : [])),
    );
}

function isWideComment(line: string): boolean {
  return line.length > width && /^\s*(?:\/\/|\/\*|\*)/.test(line);
}
