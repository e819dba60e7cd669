import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { languagePage } from '../../../../scripts/tables/language-page.ts';
import { parseWorkflow } from '../../../../services/domain/workflow/parse-workflow.ts';

const page = readFileSync(new URL('../../../../docs/language.md', import.meta.url), 'utf8');

test('docs/language.md is what the language is: `node scripts/tables/write-setting-tables.ts` writes it', () => {
  expect(page).toBe(languagePage());
});

const branch = [{ id: 'a', set: '{{query.question}}' }];
/** A step of each kind with all of its fields. */
const steps: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  call: { id: 's', call: 'custom', with: { input: '{{query.question}}' } },
  set: { id: 's', set: 'text' },
  parallel: { id: 's', parallel: 2, steps: branch, yield: '{{a}}' },
  map: { id: 's', map: '{{list}}', as: 'each', max: 2, steps: branch, yield: '{{a}}' },
  if: { if: 'true', then: branch, else: branch },
  loop: { loop: 2, while: 'true', steps: branch },
  return: { return: 'text' },
};

/** The rows below a heading of the page. */
function rowsOf(heading: string): string[][] {
  const section = page.split(/^#+ /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `(.+) \|$/gm)].map(([, row = '']) => row.replace('`', '').split(' | '));
}

test.each(Object.entries(steps))('its table of %s has every field, and says which may be left out', (kind, step) => {
  const isRight = (fields: object) => parseWorkflow({ workflow: 1, steps: [fields] }).ok;
  expect(isRight(step)).toBe(true);
  const rows = rowsOf(kind);
  expect(rows.map(([field]) => field)).toEqual(Object.keys(step));
  for (const [field = '', , without] of rows) {
    const { [field]: _, ...rest } = step;
    expect(isRight(rest), `${kind} without ${field}`).toBe(without !== 'needed');
  }
});
