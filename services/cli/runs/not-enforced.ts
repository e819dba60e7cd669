import type { RunFile } from '../../shared/config/run-file.ts';
import { usualShare } from '../../shared/sharing/share-rules.ts';

/** What a run file asks for and this version only keeps with the run: a sentence each, for whoever would rely on it. */
export function notEnforced({ limits, share }: Pick<RunFile, 'limits' | 'share'>): string[] {
  const isUsual = JSON.stringify({ ...usualShare, ...share }) === JSON.stringify(usualShare);
  return [
    ...(limits === undefined
      ? []
      : [
          'Note: `limits` are kept with the run, but this version does not enforce them; `search.token_budget` is what ends a search.',
        ]),
    ...(isUsual
      ? []
      : ['Note: the weight, priority and limit of a run are kept with it, but this version does not share by them yet.']),
  ];
}
