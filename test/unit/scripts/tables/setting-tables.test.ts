import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withSettingTables } from '../../../../scripts/tables/setting-tables.ts';
import { settingsOf } from '../../../../services/shared/config/run-file-schema.ts';
import type { VariableTable } from '../../../../services/shared/settings/variable-table.ts';

const docs = join(import.meta.dirname, '../../../../docs');
const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
const textOf = (page: string) => readFileSync(join(docs, page), 'utf8');

test.each(pages)(
  'the tables of settings in %s are those of the code (scripts/tables/write-setting-tables.ts writes them)',
  (page) => {
    expect(withSettingTables(textOf(page))).toBe(textOf(page));
  },
);

test('a table that is out of date is found, and one that there is not is refused by name', () => {
  const page = textOf('run-file.md');
  const stale = page.replace('| `bins` | `10` |', '| `bins` | `11` |');
  expect(stale).not.toBe(page);
  expect(withSettingTables(stale)).toBe(page);
  expect(() => withSettingTables('<!-- settings: serach -->\n<!-- end of settings -->')).toThrow(
    /no table "serach"; use one of run file, .*search/,
  );
});

test('every setting of a run file and every variable of a service has a row', async () => {
  const { benchmark, models, search, evaluation, cluster } = settingsOf({ benchmark: 'sample' });
  const groups = [benchmark, models.executor, { ...search, ...evaluation }, cluster, { name: '', seed: 0, preset: '' }];
  const rows = textOf('run-file.md');
  for (const key of [...groups.flatMap(Object.keys), 'base_url', 'timeout_seconds', 'limit', 'initial_workflow']) {
    expect(rows).toContain(`| \`${key}\` |`);
  }
  const services = textOf('services.md') + textOf('sandbox.md');
  const tables = await serviceTables();
  const variables = tables.flatMap((table) => Object.values(table).map(({ variable }) => variable));
  expect(new Set(variables).size).toBeGreaterThan(30);
  for (const variable of variables) expect(services).toContain(`| \`${variable}\` |`);
});

/** Each table in the folder of the services' settings, so that none is forgotten here. */
async function serviceTables(): Promise<VariableTable[]> {
  const folder = join(import.meta.dirname, '../../../../services/shared/config/service-tables');
  const modules: object[] = await Promise.all(readdirSync(folder).map((name) => import(join(folder, name))));
  return modules.flatMap((module) => Object.entries(module).flatMap(([name, table]) => (name.endsWith('Table') ? [table] : [])));
}
