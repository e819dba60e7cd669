import type {
  CallShare,
  SetShareRequest,
  ShareGroup,
  StartRunRequest,
  StartSweepRequest,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { watchFiles } from '../../shared/lifecycle/watch-files.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { parseTeamsFile } from './teams-file.ts';

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
  /** Called when the file has changed. */
  onChange(changed: () => void): void;
  /** The request with the team that it counts for. @throws RequestRefusedError */
  forRun(request: StartRunRequest, caller: TeamCaller): StartRunRequest;
  /** @throws RequestRefusedError */
  forSweep(request: StartSweepRequest, caller: TeamCaller): StartSweepRequest;
  /** @throws RequestRefusedError */
  checkShare(request: SetShareRequest, caller: TeamCaller): Promise<void>;
  stop(): Promise<void>;
}

export interface TeamsParts {
  readonly bus: Pick<Bus, 'runs'>;
  readonly timing: Timing;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

/**
 * Reads what teams may have, and keeps it current while the file changes.
 * @throws TeamsFileError, or the error of a file that cannot be read
 */
export async function openTeams(file: string | undefined, { bus, timing, logger }: TeamsParts): Promise<Teams> {
  let known: ReadonlyMap<string, ShareGroup> = new Map();
  let changed = (): void => {};
  let isFirst = true;
  const stop =
    file === undefined
      ? async () => {}
      : await watchFiles({
          paths: [file],
          timing,
          changed: ([content = Buffer.alloc(0)]) => {
            known = parseTeamsFile(content.toString('utf8'), file);
            if (!isFirst) logger.info({ file }, 'the teams have changed');
            isFirst = false;
            changed();
          },
          failed: (err) => logger.error({ err }, `${file} cannot be used; the teams that it held before still hold`),
        });

  const teamFor = (asked: string | undefined, { name, team: own }: TeamCaller): string | undefined => {
    if (own !== undefined && asked !== undefined && asked !== own) {
      throw new RequestRefusedError('bad-input', `${name} may start runs of its team ${own} only, and not of ${asked}`);
    }
    const team = asked ?? own;
    if (file !== undefined && team !== undefined && !known.has(team)) {
      const names = known.size === 0 ? 'it names none' : `those are ${[...known.keys()].join(', ')}`;
      throw new RequestRefusedError('bad-input', `the coordinator's file of teams does not name ${team}: ${names}`);
    }
    return team;
  };
  const refuseAbove = (priority: number | undefined, team: string | undefined): void => {
    const { highestPriority } = known.get(team ?? '') ?? {};
    if (priority === undefined || highestPriority === undefined || priority <= highestPriority) return;
    throw new RequestRefusedError(
      'bad-input',
      `runs of the team ${team} have a priority of ${highestPriority} or less, not ${priority}`,
    );
  };
  const priorityOf = (share: CallShare | undefined): number | undefined => share?.priority;
  const forRun: Teams['forRun'] = (request, caller) => {
    const team = teamFor(request.team, caller);
    refuseAbove(priorityOf(request.share), team);
    return team === undefined ? request : { ...request, team };
  };
  return {
    groupOf: (team) => (team === undefined ? undefined : known.get(team)),
    onChange: (listener) => {
      changed = listener;
    },
    forRun,
    forSweep: (request, caller) => {
      const cells = request.cells.map(({ labels, start }) => ({ labels, start: start && forRun(start, caller) }));
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
    stop,
  };
}
