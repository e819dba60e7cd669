import { dayOf } from '../../shared/budgets/day-terms.ts';
import { teamScope } from '../../shared/budgets/scopes-of.ts';
import type { BudgetAmount, BudgetTable } from '../../shared/contracts/generated/scale/v1/budgets.ts';
import type {
  CallShare,
  SetShareRequest,
  ShareGroup,
  StartedCell,
  StartRunRequest,
  StartSweepRequest,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { describeUsedUp } from '../limits/daily-limits.ts';
import { refuseUnpriced } from '../limits/with-limits.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import type { Team } from './teams-file.ts';
import type { WatchedTeams } from './watch-teams.ts';

/** Who calls, as far as teams go. */
export interface TeamCaller {
  readonly name: string;
  /** What its token says. */
  readonly team?: string;
}

/** Which runs are whose, and what a team may ask for. Without a file of teams, a team is a name that runs are shown with. */
export interface Teams {
  /** What the runs of the team have together; undefined if the file says nothing of it. */
  groupOf(team: string | undefined): ShareGroup | undefined;
  /** What teams may spend in a day, by their names: those that the file limits. */
  quotas(): ReadonlyMap<string, BudgetAmount>;
  /** Called when the file has changed. */
  onChange(changed: () => void): void;
  /** The request with the team that it counts for. @throws RequestRefusedError */
  forRun(request: StartRunRequest, caller: TeamCaller): Promise<StartRunRequest>;
  /** @throws RequestRefusedError */
  forSweep(request: StartSweepRequest, caller: TeamCaller): Promise<StartSweepRequest>;
  /** @throws RequestRefusedError */
  checkShare(request: SetShareRequest, caller: TeamCaller): Promise<void>;
}

export interface TeamsParts {
  readonly bus: Pick<Bus, 'runs' | 'now'>;
  /** What is spent in a scope, as far as it is known. Default: nothing is. */
  readonly budget?: (scope: string) => BudgetTable | undefined;
}

const none: ReadonlyMap<string, Team> = new Map();

/** @param watched the file of teams, if there is one */
export function createTeams(watched: WatchedTeams | undefined, { bus, budget = () => undefined }: TeamsParts): Teams {
  const known = (): ReadonlyMap<string, Team> => watched?.teams() ?? none;
  const teamFor = (asked: string | undefined, { name, team: own }: TeamCaller): string | undefined => {
    if (own !== undefined && asked !== undefined && asked !== own) {
      throw new RequestRefusedError('bad-input', `${name} may start runs of its team ${own} only, and not of ${asked}`);
    }
    const team = asked ?? own;
    if (watched !== undefined && team !== undefined && !known().has(team)) {
      const names = known().size === 0 ? 'it names none' : `those are ${[...known().keys()].join(', ')}`;
      throw new RequestRefusedError('bad-input', `the coordinator's file of teams does not name ${team}: ${names}`);
    }
    return team;
  };
  const refuseAbove = (priority: number | undefined, team: string | undefined): void => {
    const { highestPriority } = known().get(team ?? '')?.share ?? {};
    if (priority === undefined || highestPriority === undefined || priority <= highestPriority) return;
    throw new RequestRefusedError(
      'bad-input',
      `runs of the team ${team} have a priority of ${highestPriority} or less, not ${priority}`,
    );
  };
  /** What waits for the next day anyway is not begun today. */
  const refuseUsedUp = async (
    team: string | undefined,
    request: Pick<StartRunRequest, 'endpoints' | 'prices'>,
  ): Promise<void> => {
    const { aDay } = known().get(team ?? '') ?? {};
    if (team === undefined || aDay === undefined) return;
    const whose = `the limit of the team ${team} for a day`;
    if (aDay.money > 0) refuseUnpriced(`${whose}, which is of money,`, request);
    const { ends: [end] = [], terms } = budget(teamScope(team)) ?? {};
    // A day is one by the clock of the server, as where it is kept.
    if (end === undefined || terms?.period !== dayOf(await bus.now())) return;
    const advice = 'start it again after 24:00 UTC, or have the limit raised';
    throw new RequestRefusedError('conflict', `${describeUsedUp(whose, end)}: ${advice}`);
  };
  const priorityOf = (share: CallShare | undefined): number | undefined => share?.priority;
  const forRun: Teams['forRun'] = async (request, caller) => {
    const team = teamFor(request.team, caller);
    refuseAbove(priorityOf(request.share), team);
    await refuseUsedUp(team, request);
    return team === undefined ? request : { ...request, team };
  };
  return {
    groupOf: (team) => (team === undefined ? undefined : known().get(team)?.share),
    quotas: () => new Map([...known()].flatMap(([name, { aDay }]) => (aDay === undefined ? [] : [[name, aDay] as const]))),
    onChange: (listener) => watched?.onChange(listener),
    forRun,
    async forSweep(request, caller) {
      const cells: StartedCell[] = [];
      for (const { labels, start } of request.cells) cells.push({ labels, start: start && (await forRun(start, caller)) });
      for (const { start } of cells) refuseAbove(priorityOf(request.settings?.share), start?.team);
      return { ...request, cells };
    },
    async checkShare({ runId, priority }, caller) {
      if (runId === '') return;
      const team = (await bus.runs.get(runId))?.team;
      if (caller.team !== undefined && caller.team !== team) {
        const whose = team === undefined ? 'no team' : `the team ${team}`;
        throw new RequestRefusedError(
          'bad-input',
          `run ${runId} is of ${whose}, and ${caller.name} is of the team ${caller.team}`,
        );
      }
      refuseAbove(priority, team);
    },
  };
}
