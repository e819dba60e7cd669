import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');

// An import of a value loads the WebSocket client of Node.js, which nothing uses.
test('services import only types from node:http', () => {
  const files = globSync('services/**/*.ts', { cwd: project });
  const importing = files.filter((file) => /^import (?!type ).*'node:http'/m.test(readFileSync(join(project, file), 'utf8')));
  expect(files.length).toBeGreaterThan(500);
  expect(importing).toEqual([]);
});
