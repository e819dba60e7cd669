import { z } from 'zod';
import { operators } from '../../../domain/operators/registry.ts';
import { choice, decimal, integer, settings, text } from '../../settings/rules.ts';
import { answerKinds } from './answer-options.ts';

const nameRule = 'must be 1 to 40 lower-case letters, digits, dots, hyphens or underscores';
const fileRule =
  'must be the path of a CSV, TSV, JSON, JSON Lines or Parquet file (.csv, .tsv, .json, .jsonl, .parquet, also with .gz)';
const column = text('must be the name of a column');
const columnsRule = 'must be the name of a column, or a list of them';
const columns = z.union([column, z.array(column).min(1)], { error: columnsRule });
const label = z.union([z.string(), z.number(), z.boolean()], { error: 'must be a text' }).transform(String);
const separatorRule = 'must be one character, or tab';
const separator = z.string({ error: separatorRule }).regex(/^(?:[ -!#-~\t]|tab)$/, { error: separatorRule });
const splitName = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, { error: 'must be a group of splits with names such as validate' });
const fieldName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,39}$/, { error: 'must be a group of fields with names such as question' });
const operatorNames = [...operators.keys()] as [string, ...string[]];

/** A file that describes a benchmark; docs/benchmarks.md shows every key. */
export const benchmarkFileSchema = settings({
  name: z.string({ error: nameRule }).regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, { error: nameRule }),
  description: text('must say what the task is'),
  answer_format: text('must say how an answer must look'),
  file: text(fileRule).optional(),
  files: z.record(splitName, text(fileRule), { error: 'must be a group of files by split' }).optional(),
  format: settings({
    separator: separator.optional(),
    comment: text('must be what lines above the column names begin with').optional(),
    skip_lines: integer(0, 30).optional(),
    rows: text('must say where the list of rows is, such as data').optional(),
  }).optional(),
  empty: choice(['refuse', 'skip']).default('refuse'),
  duplicates: choice(['keep', 'together', 'drop']).default('keep'),
  split: settings({
    shares: z.record(splitName, decimal(0, 1, { above: true }), { error: 'must be a group of shares by split' }).optional(),
    seed: integer(0, Number.MAX_SAFE_INTEGER).default(1),
    stratify: column.optional(),
    group: columns.optional(),
    column: column.optional(),
    values: z
      .record(splitName, text('must be a value of the column'), { error: 'must be a group of values by split' })
      .optional(),
  }).optional(),
  fields: z.record(fieldName, column, { error: 'must be a group of columns by field' }),
  id: column.optional(),
  reference: columns.optional(),
  options: settings({
    of: columns.optional(),
    list: z.array(label, { error: 'must be a list of texts' }).min(1).optional(),
    answer: choice(answerKinds),
    labels: column.optional(),
    field: fieldName.default('options'),
  }).optional(),
  inputs: z.array(z.string(), { error: 'must be a list of fields' }).min(1, { error: 'must be a list of fields' }).optional(),
  operators: z
    .array(choice(operatorNames), { error: 'must be a list of operators' })
    .min(1, { error: 'must be a list of operators' })
    .default(['custom', 'answer_generate', 'sc_ensemble', 'review', 'revise']),
  scorers: z.record(
    z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, { error: 'must be a group of scorers with names such as strict' }),
    z.union([z.string(), z.looseObject({ kind: z.string() })], {
      error: 'must be a kind of scorer, or { kind, … } with its options',
    }),
    { error: 'must be a group of scorers by name' },
  ),
  initial_workflow: z
    .union([z.string(), z.looseObject({})], { error: 'must be the path of a workflow file, or a workflow' })
    .optional(),
});

export type BenchmarkFileSettings = z.infer<typeof benchmarkFileSchema>;
