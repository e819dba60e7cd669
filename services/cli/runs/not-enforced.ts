import type { RunFile } from '../../shared/config/run-file.ts';

/** What a run file asks for and this version only keeps with the run: a sentence each, for whoever would rely on it. */
export function notEnforced({ limits, team }: Pick<RunFile, 'limits' | 'team'>): string[] {
  return [
    ...(limits === undefined
      ? []
      : [
          'Note: `limits` are kept with the run, but this version does not enforce them; `search.token_budget` is what ends a search.',
        ]),
    ...(team === undefined ? [] : ['Note: the team of a run is kept with it, but this version has no quotas of teams yet.']),
  ];
}
