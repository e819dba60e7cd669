import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');

interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly outputs?: readonly { readonly output_type: string }[];
  }[];
}
const text = readFileSync(join(project, 'docs/analysis.ipynb'), 'utf8');
const { cells } = JSON.parse(text) as Notebook;

test('docs/analysis.ipynb shows what its cells gave, none of them an error, and nothing of a machine', () => {
  const outputs = cells.filter(({ cell_type }) => cell_type === 'code').flatMap(({ outputs: given = [] }) => given);
  expect(outputs.length).toBeGreaterThan(8);
  expect(outputs.filter(({ output_type }) => output_type === 'error')).toEqual([]);
  expect(text).not.toMatch(/\/(?:tmp|home|root|work|Users)\//);
});

const isSetUp = existsSync(join(project, '.tools/notebook/requirements.txt'));
if (!isSetUp)
  console.info('docs/analysis.ipynb is not executed: `scripts/notebook --set-up` makes the Python environment for it');

test.skipIf(!isSetUp)('scripts/notebook executes every cell on what `scale export` writes of the demo', async () => {
  const { stderr } = await promisify(execFile)(join(project, 'scripts/notebook'), [], { cwd: project });
  expect(stderr).toContain('executed: every cell, no error');
});
