import type { Timing } from '../../shared/lifecycle/timing.ts';
import { watchFiles } from '../../shared/lifecycle/watch-files.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { parseTeamsFile, type Team } from './teams-file.ts';

/** The file of teams as it is now. */
export interface WatchedTeams {
  teams(): ReadonlyMap<string, Team>;
  /** Called when the file has changed. */
  onChange(changed: () => void): void;
  stop(): Promise<void>;
}

/**
 * Reads what teams may have, and keeps it current while the file changes.
 * @throws TeamsFileError, or SettingsError for a file that cannot be read
 */
export async function watchTeams(
  file: string,
  { timing, logger }: { readonly timing: Timing; readonly logger: Pick<Logger, 'info' | 'error'> },
): Promise<WatchedTeams> {
  let teams: ReadonlyMap<string, Team> = new Map();
  let changed = (): void => {};
  let isFirst = true;
  const stop = await watchFiles({
    files: [{ variable: 'SCALE_TEAMS_FILE', path: file }],
    timing,
    changed: ([content = Buffer.alloc(0)]) => {
      teams = parseTeamsFile(content.toString('utf8'), file);
      if (!isFirst) logger.info({ file }, 'the teams have changed');
      isFirst = false;
      changed();
    },
    failed: (err) => logger.error({ err }, `${file} cannot be used; the teams that it held before still hold`),
  });
  return {
    teams: () => teams,
    onChange: (listener) => {
      changed = listener;
    },
    stop,
  };
}
