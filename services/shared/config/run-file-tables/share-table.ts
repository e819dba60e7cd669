import { integer, text } from '../../settings/rules.ts';
import type { SettingTable } from '../../settings/setting-table.ts';
import { shareRules, teamName } from '../../sharing/share-rules.ts';

export const shareTable = {
  weight: {
    ...shareRules.weight,
    default: 1,
    description: 'its part of the calls is as its weight among the weights of all runs that have calls waiting',
  },
  priority: { ...shareRules.priority, default: 0, description: 'runs of a higher one go first: others have what these leave' },
  at_most: {
    type: 'special',
    schema: integer(shareRules.atMost.low, shareRules.atMost.high).optional(),
    description: 'most calls in flight, at all endpoints together',
    range: 'whole, 1 to 100,000 calls',
    shownDefault: 'no limit of its own',
  },
  team: {
    type: 'special',
    schema: text()
      .regex(teamName.pattern, { error: `must be the name of a team: ${teamName.rule}` })
      .optional(),
    description: 'whose run it is: [teams](sharing.md#teams)',
    range: 'a name',
    shownDefault: "that of the caller's token",
  },
} as const satisfies SettingTable;
