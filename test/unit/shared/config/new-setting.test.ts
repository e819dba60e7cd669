import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withSettingTables } from '../../../../scripts/tables/setting-tables.ts';
import { describeDifferences } from '../../../../services/cli/runs/describe-differences.ts';
import { evaluationRules } from '../../../../services/domain/run/evaluation-rules.ts';
import { searchRules } from '../../../../services/domain/run/search-rules.ts';
import { whole } from '../../../../services/domain/settings/number-rules.ts';
import type { SettingRule } from '../../../../services/domain/settings/setting-rule.ts';
import { parseRunFile } from '../../../../services/shared/config/parse-run-file.ts';
import { readRunFile } from '../../../../services/shared/config/run-file.ts';
import { decodeEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { runIdOf } from '../../../../services/shared/contracts/run-id.ts';

/** What a new entry of a table does: here it is added while the tests run. */
const entries: readonly [Record<string, SettingRule>, SettingRule][] = [
  [searchRules, { ...whole(1, 8), default: 1, leftOut: 1, unit: 'proposals', description: 'asked for at once in a round' }],
  [evaluationRules, { type: 'choice', choices: ['mean', 'median'], default: 'mean', leftOut: 'mean', description: 'of repeats' }],
];
let folder: string;
let idBefore: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-new-setting-'));
  idBefore = runIdOf((await runFile('')).configuration);
  for (const [rules, rule] of entries) rules.added = rule;
});
afterAll(async () => {
  for (const [rules] of entries) delete rules.added;
  await rm(folder, { recursive: true });
});

async function runFile(text: string) {
  const path = join(folder, 'run.yaml');
  await writeFile(path, `benchmark: sample\n${text}`);
  return readRunFile(path);
}

test('a setting of search or evaluation is one entry: accepted, checked, carried, told and documented', async () => {
  const file = await runFile('search: { added: 3 }\nevaluation: { added: median }');
  const { configuration } = file;
  expect([configuration.search, configuration.evaluation]).toMatchObject([{ added: 3 }, { added: 'median' }]);
  const started = { kind: 'run-started', configuration } as const;
  expect(decodeEvent(encodeEvent('run-1', started)).event).toEqual(started);
  expect(() => parseRunFile('benchmark: sample\nsearch: { added: 9 }', 'my-run.yaml')).toThrow(
    'my-run.yaml:2: search.added must be a whole number from 1 to 8, but is 9',
  );
  expect(describeDifferences(await runFile(''), file)).toEqual([
    'search.added changed from 1 to 3',
    'evaluation.added changed from mean to median',
  ]);
  const page = await readFile(join(import.meta.dirname, '../../../../docs/run-file.md'), 'utf8');
  expect(withSettingTables(page)).toContain('| `added` | `1` | whole, 1 to 8 proposals | asked for at once in a round |');
});

test('a file that says nothing of it is the run that it was before there was such a setting', async () => {
  expect(runIdOf((await runFile('')).configuration)).toBe(idBefore);
  expect(runIdOf((await runFile('search: { added: 1 }')).configuration)).toBe(idBefore);
});
