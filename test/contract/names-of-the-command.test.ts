import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownTexts, type Text } from '../support/project/tracked-texts.ts';

/** npm's registry has a package of the command's short name, and it is somebody else's. */
const stranger = /\b(?:npx|npm exec|npm x|pnpx|bunx)(?: -\S+)* scale(?![\w-])/;

function strangersIn({ path, text }: Text): string[] {
  return text.split('\n').flatMap((line, index) => (stranger.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []));
}

function textsOf(folder: string): Text[] {
  const top = join(import.meta.dirname, '../..', folder);
  if (!existsSync(top)) return [];
  const files = readdirSync(top, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => ({ path: join(folder, name), text: readFileSync(join(parentPath, name), 'utf8') }));
}

test("no page, script or sentence has anybody run a stranger's package", () => {
  const texts = [...ownTexts(), ...['deploy', 'k8s', '.ci'].flatMap(textsOf)];
  expect(texts.length).toBeGreaterThan(500);
  expect(texts.flatMap(strangersIn)).toEqual([]);
});

test('one that does is found, and the name of our own package is not', () => {
  const planted = ['npx', 'npx --yes', 'npm exec --'].map((start) => `${start} ${'scale'} run FILE`);
  expect(strangersIn({ path: 'docs/page.md', text: planted.join('\n') })).toHaveLength(3);
  expect(strangersIn({ path: 'docs/page.md', text: 'npx scale-search run FILE' })).toEqual([]);
});
