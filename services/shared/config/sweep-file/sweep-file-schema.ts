import { z } from 'zod';
import { integer, settings, text, written } from '../../settings/rules.ts';
import { type SettingTable, shapeOf, tableSchema } from '../../settings/setting-table.ts';
import { isGroup } from '../../settings/sorted-text.ts';
import { limitsSchema } from '../limits-table.ts';
import { shareTable } from '../run-file-tables/share-table.ts';

const entryRule = 'must be a list of groups, each of values of the axes';

/** An axis is a list of values of one setting, or a group of named values that set several. */
const axisSchema = written(
  z.custom<readonly unknown[] | Readonly<Record<string, Readonly<Record<string, unknown>>>>>(
    (value) => Array.isArray(value) || (isGroup(value) && Object.values(value).every(isGroup)),
    { error: 'must be a list of values, or a group of named values that are groups of settings' },
  ),
  { only: { anyOf: [{ type: 'array' }, { type: 'object', additionalProperties: { type: 'object' } }] } },
);

const entries = z.array(z.record(z.string(), z.unknown(), { error: entryRule }), { error: entryRule }).default([]);

/** Every setting of a sweep file, for its check and for the table in docs/sweeps.md. */
export const sweepTable = {
  name: {
    type: 'special',
    schema: text().max(100, { error: 'must be a text of at most 100 characters' }).optional(),
    description: 'what the sweep and its runs are called; with another one it is another sweep',
    range: 'a text of at most 100 characters',
    shownDefault: "the file's name",
  },
  base: {
    type: 'special',
    schema: written(
      z.custom<string | Readonly<Record<string, unknown>>>(
        (value) => (typeof value === 'string' && value !== '') || isGroup(value),
        { error: 'must be the path of a run file, or the settings of one' },
      ),
      { only: { anyOf: [{ type: 'string', minLength: 1 }, { type: 'object' }] } },
    ).default({}),
    description: 'what all runs have in common: a [run file](run-file.md), by its path from here or as a group',
    range: 'a path or a group',
    shownDefault: 'the defaults of a run file',
  },
  matrix: {
    type: 'special',
    schema: z.record(z.string(), axisSchema, { error: 'must be a group of axes' }).default({}),
    description: 'what is varied: a run for each combination of the values of its axes',
    range: '[axes](#the-matrix)',
    shownDefault: '',
  },
  exclude: {
    type: 'special',
    schema: entries,
    description: 'combinations that are left out',
    range: '[a list](#exclude-and-include)',
    shownDefault: '',
  },
  include: {
    type: 'special',
    schema: entries,
    description: 'combinations that are added',
    range: '[a list](#exclude-and-include)',
    shownDefault: '',
  },
  at_once: {
    type: 'special',
    schema: integer(1, 1_024).default(4),
    description: 'most of its runs that go on at a time; the others wait for their turn',
    range: 'whole, 1 to 1,024',
    shownDefault: '`4`',
  },
  share: {
    type: 'special',
    schema: tableSchema(shareTable).optional(),
    description: "what all of its runs have together of executors and endpoints beside other runs: as a run file's `share`",
    range: 'a group',
    shownDefault: 'each run its own',
  },
  limits: {
    type: 'special',
    schema: limitsSchema,
    description: "most that all of its runs may spend together: as a run file's [limits](limits.md), without `shares`",
    range: 'a group',
    shownDefault: 'no limit',
  },
} as const satisfies SettingTable;

export function sweepFileSchema() {
  return settings(shapeOf(sweepTable));
}

export type SweepFileSettings = z.infer<ReturnType<typeof sweepFileSchema>>;
