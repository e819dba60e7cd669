// Writes the tables of settings, of metrics and of failures, and the reference of the language, into docs/ from what the code
// has: `node scripts/tables/write-setting-tables.ts`. Commit what changes.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withFailureTables } from './failure-tables.ts';
import { languagePage } from './language-page.ts';
import { withMetricTables } from './metric-tables.ts';
import { withSettingTables } from './setting-tables.ts';

const docs = join(import.meta.dirname, '../../docs');

for (const name of await readdir(docs)) {
  if (!name.endsWith('.md')) continue;
  const page = join(docs, name);
  const text = await readFile(page, 'utf8');
  const fresh = withFailureTables(withMetricTables(withSettingTables(text)));
  if (fresh !== text) await writeFile(page, fresh);
}

await writeFile(join(docs, 'language.md'), languagePage());
