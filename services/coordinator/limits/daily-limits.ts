import { describeAmount } from '../../domain/run/describe-amount.ts';
import { dayScope, teamScope } from '../../shared/budgets/scopes-of.ts';
import type { BudgetAmount, BudgetEnd } from '../../shared/contracts/generated/scale/v1/budgets.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';

/** What several runs together may spend in a day, in UTC. */
export interface DailyLimit {
  readonly scope: string;
  readonly most: BudgetAmount;
  /** In a sentence: "the day's limit", "the limit of the team vision for a day". */
  readonly whose: string;
}

/** All that there are now: those of teams change with their file. */
export interface DailyLimits {
  all(): readonly DailyLimit[];
  /** Those that such a run counts in. */
  of(run: Pick<RunManifest, 'team'>): readonly DailyLimit[];
}

/** @param ofAll for all runs of the cluster; undefined: no limit. @param ofTeams by their names */
export function dailyLimits(
  ofAll: BudgetAmount | undefined,
  ofTeams: () => ReadonlyMap<string, BudgetAmount> = () => new Map(),
): DailyLimits {
  const shared: DailyLimit[] = ofAll === undefined ? [] : [{ scope: dayScope, most: ofAll, whose: "the day's limit" }];
  const ofTeam = (team: string, most: BudgetAmount): DailyLimit => ({
    ...{ scope: teamScope(team), most, whose: `the limit of the team ${team} for a day` },
  });
  return {
    all: () => [...shared, ...[...ofTeams()].map(([team, most]) => ofTeam(team, most))],
    of: ({ team = '' }) => {
      const most = ofTeams().get(team);
      return most === undefined ? shared : [...shared, ofTeam(team, most)];
    },
  };
}

/** @param whose limit it is */
export function describeUsedUp(whose: string, { most, limit }: Pick<BudgetEnd, 'most' | 'limit'>): string {
  return `${whose}, ${describeAmount(limit, most)}, is used up`;
}
