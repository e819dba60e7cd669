import { z } from 'zod';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import type { BudgetAmount } from '../../shared/contracts/generated/scale/v1/budgets.ts';
import type { ShareGroup } from '../../shared/contracts/generated/scale/v1/control.ts';
import { parseSettings } from '../../shared/settings/parse-settings.ts';
import { decimal, integer, settings, text } from '../../shared/settings/rules.ts';
import { shareRules, teamName } from '../../shared/sharing/share-rules.ts';

/** A file of teams that cannot be used: one sentence that names the file, the line, the field and the rule. */
export class TeamsFileError extends ScaleError {
  readonly kind = 'bad-input';
}

/** What the runs of a team have together. */
export interface Team {
  readonly share: ShareGroup;
  /** What they may spend in a day, in UTC; 0: any amount of that. Absent: no limit. */
  readonly aDay?: BudgetAmount;
}

const { weight, priority, atMost } = shareRules;

const entry = settings({
  name: text('must be a text').regex(teamName.pattern, { error: `must be ${teamName.rule}` }),
  weight: decimal(weight.low, weight.high, { above: true }).optional(),
  highest_priority: integer(priority.low, priority.high).optional(),
  at_most: integer(atMost.low, atMost.high).optional(),
  tokens_a_day: integer(1, Number.MAX_SAFE_INTEGER).optional(),
  calls_a_day: integer(1, Number.MAX_SAFE_INTEGER).optional(),
  money_a_day: decimal(0, 1e9, { above: true }).optional(),
});

/**
 * Reads a list of teams in YAML, each with a name and what its runs may have together.
 * @param file what to call it in messages
 * @throws TeamsFileError for the first thing that is wrong
 */
export function parseTeamsFile(content: string, file: string): ReadonlyMap<string, Team> {
  const { settings: entries, error } = parseSettings(content.replace(/^\uFEFF/, ''), {
    schemaOf: () => z.array(entry, { error: 'must be a list of teams, each with a name' }),
    what: 'a file of teams',
    refuse: ({ line }, message, options) =>
      new TeamsFileError(`${file}${line === undefined ? '' : `:${line}`}: ${message}`, options),
  });
  const teams = new Map<string, Team>();
  entries.forEach((team, index) => {
    const { name } = team;
    if (teams.has(name)) throw error(`${index}.name`, `${name} stands twice in the list`);
    const aDay = { tokens: team.tokens_a_day ?? 0, calls: team.calls_a_day ?? 0, money: team.money_a_day ?? 0 };
    const share = {
      ...{ name, weight: team.weight ?? 1, atMost: team.at_most ?? 0 },
      ...(team.highest_priority !== undefined && { highestPriority: team.highest_priority }),
    };
    teams.set(name, { share, ...(Object.values(aDay).some((most) => most > 0) && { aDay }) });
  });
  return teams;
}
