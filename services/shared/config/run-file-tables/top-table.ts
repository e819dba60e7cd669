import { z } from 'zod';
import { defaultFailureShare } from '../../../domain/search/lost-executions.ts';
import { between, wholeFrom } from '../../../domain/settings/number-rules.ts';
import { decimal, text, written } from '../../settings/rules.ts';
import { type SettingTable, shapeOf } from '../../settings/setting-table.ts';
import { limitsSchema } from '../limits-table.ts';
import { presetNames } from '../presets.ts';

/**
 * Every setting of a run file is in a table of this folder. Its check, its default and its row in docs/run-file.md come from
 * here and from the domain's rules of `search` and `evaluation` (domain/run), which also give a run's configuration its form. To
 * add one to those two: an entry there, with the value that it leaves out.
 */

export const cacheTable = {
  namespace: {
    type: 'text',
    default: '',
    description:
      'replies of other namespaces are not used: name one whenever other weights, or another template, are served under the same model name',
  },
  max_age_days: {
    type: 'special',
    schema: decimal(0.001, 3650).optional(),
    description: 'older replies are asked for again',
    range: '0.001 to 3650 days',
    shownDefault: 'as long as the cluster keeps them',
  },
} as const satisfies SettingTable;

const switched = new Map<unknown, object | undefined>([
  ['on', {}],
  [true, {}],
  ['off', undefined],
  [false, undefined],
]);

/** Undefined: off. */
export const cacheSchema = written(
  z.preprocess(
    (value) => (switched.has(value) ? switched.get(value) : value),
    z.strictObject(shapeOf(cacheTable), { error: 'must be on, off or { namespace, max_age_days }' }).optional(),
  ),
  { also: [{ enum: [...switched.keys()] }] },
).optional();

const pricesRule = 'must be the path of a price table, or a price table';

export const topTable = {
  name: {
    type: 'special',
    schema: text().max(100, { error: 'must be a text of at most 100 characters' }).optional(),
    description: 'what the run is called',
    range: 'a text of at most 100 characters',
    shownDefault: "the file's name",
  },
  preset: {
    type: 'choice',
    choices: presetNames,
    default: 'default',
    description: 'settings of `search` and `evaluation` under one name: [presets](#presets)',
  },
  seed: { ...wholeFrom(0), default: 1, description: 'the same seed gives the same search' },
  initial_workflow: {
    type: 'special',
    schema: text('must be the path of a workflow file').optional(),
    description: 'the workflow that the search starts from; its path is relative to the run file',
    range: 'a path',
    shownDefault: "the benchmark's single call",
  },
  cache: {
    type: 'special',
    schema: cacheSchema,
    description:
      'take the replies of models from the cluster, where an earlier run has paid for the same call: [the response cache](endpoints.md#the-response-cache)',
    range: '`on`, `off`, or [a group](#cache)',
    shownDefault: '`off`',
  },
  failure_share: {
    ...between(0, 1),
    default: defaultFailureShare,
    description:
      'the run pauses itself when more than this part of the latest executions, and at least 3, fail for reasons that say nothing about the workflow: [failures](failures.md); 1: never',
  },
  limits: {
    type: 'special',
    schema: limitsSchema,
    description: 'most that the run may spend, and when its search ends: [limits](limits.md)',
    range: '[a group](#limits)',
    shownDefault: 'no limit',
  },
  prices: {
    type: 'special',
    // The content of a table is checked in run-file-schema.ts.
    schema: text(pricesRule).optional(),
    description:
      'what the models cost: the path of a [price table](prices.md), relative to the run file, or its content; not part of what the run is',
    range: 'a path or a group',
    shownDefault: 'the table in `SCALE_PRICES_FILE`, if that is set',
  },
} as const satisfies SettingTable;
