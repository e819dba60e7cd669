import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withFailureTables } from '../../../../scripts/tables/failure-tables.ts';
import { failureKinds } from '../../../../services/domain/failure.ts';
import { classOfKind, failureClasses } from '../../../../services/domain/failure-class.ts';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/failures.md'), 'utf8');

test('the tables of docs/failures.md are those of the code (scripts/tables/write-setting-tables.ts writes them)', () => {
  expect(withFailureTables(page)).toBe(page);
});

test('every class and every kind stands in them, each once', () => {
  const [classes = ''] = /<!-- failures: classes -->[\s\S]*?<!-- end/.exec(page) ?? [];
  for (const each of failureClasses) expect(classes).toContain(`| ${each} |`);
  for (const kind of failureKinds) expect(classes.split(`\`${kind}\``), kind).toHaveLength(2);
});

test('what says nothing about a workflow is of the infrastructure or throttled, and nothing else is', () => {
  const lost = failureKinds.filter((kind) => ['infrastructure', 'throttled'].includes(classOfKind[kind]));
  expect(lost).toEqual(['unavailable', 'throttled', 'poison', 'no-result', 'internal']);
});
