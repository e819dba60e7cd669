import type { RunFile } from '../../shared/config/run-file.ts';

/** What a run file asks for and this version only keeps with the run: a sentence each, for whoever would rely on it. */
export function notEnforced({ team }: Pick<RunFile, 'team'>): string[] {
  return team === undefined ? [] : ['Note: the team of a run is kept with it, but this version has no quotas of teams yet.'];
}
