import { z } from 'zod';
import { decimal, integer, text } from '../settings/rules.ts';
import { type SettingTable, shapeOf, tableSchema } from '../settings/setting-table.ts';
import { untilTime } from './until-time.ts';

const exact = Number.MAX_SAFE_INTEGER;

function share(description: string, shownDefault: string) {
  return {
    type: 'special',
    schema: decimal(0, 1).optional(),
    description,
    range: '0 to 1',
    shownDefault,
  } as const;
}

export const sharesTable = {
  proposing: share("the most that proposals and predictions may take: the optimizer's calls", 'all that the search may take'),
  searching: share('the most that executions in rounds may take, canaries included', 'all that the search may take'),
  final_pick: share('kept from the search for the executions that name the winner', '`0.1`'),
  test: share(
    'kept from search and final pick for `scale eval --run`, which by default may spend what the run has left of its limits',
    '`0`',
  ),
} as const satisfies SettingTable;

const shares = tableSchema(sharesTable).refine(({ final_pick: pick = 0.1, test = 0 }) => pick + test < 1, {
  error: 'must leave something to the search: final_pick and test add up to 1 or more',
});

export const limitsTable = {
  tokens: {
    type: 'special',
    schema: integer(1, exact).optional(),
    description: 'most tokens of prompts and replies, those of calls that were lost included',
    range: 'whole, 1 or more',
    shownDefault: 'no limit',
  },
  calls: {
    type: 'special',
    schema: integer(1, exact).optional(),
    description: 'most attempts at model calls',
    range: 'whole, 1 or more',
    shownDefault: 'no limit',
  },
  money: {
    type: 'special',
    schema: decimal(0, 1e9, { above: true }).optional(),
    description: 'most money, in the currency of the price table, which must know every model of the run',
    range: 'above 0',
    shownDefault: 'no limit',
  },
  hours: {
    type: 'special',
    schema: decimal(0, 8760, { above: true }).optional(),
    description: 'most time since the run was started, its pauses included',
    range: 'above 0, up to 8,760 h',
    shownDefault: 'no limit',
  },
  until: {
    type: 'special',
    schema: text()
      .superRefine((value, { addIssue }) => {
        const found = untilTime(value, 0);
        if ('fault' in found) addIssue({ code: 'custom', message: found.fault });
      })
      .optional(),
    description: "when the search ends: `07:00` is the next one by this machine's clock; or with date, or with date and zone",
    range: '`07:00`, `2026-11-30 07:00` or `2026-11-30T07:00Z`',
    shownDefault: 'no limit',
  },
  shares: {
    type: 'special',
    schema: shares.optional(),
    description: 'how much of each limit is for what',
    range: 'a group of the next four',
    shownDefault: '',
  },
} as const satisfies SettingTable;

/** Undefined: no limits. */
export const limitsSchema = z
  .strictObject(shapeOf(limitsTable), { error: 'must be a group: { tokens, calls, money, hours, until, shares }' })
  .optional();

export type LimitSettings = NonNullable<z.infer<typeof limitsSchema>>;
