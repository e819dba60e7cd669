import { isGroup } from '../settings/sorted-text.ts';

/** What a file that is given as a run file or a sweep file turns out to be, by settings of its kind alone, and what to do. */
const kinds = {
  sweep: { has: ['matrix', 'base'], advice: 'this is a sweep file: `scale sweep` with it runs all of its combinations' },
  workflow: {
    has: ['steps'],
    advice: 'this is a workflow: a run file starts from it by `initial_workflow`, and `scale eval` evaluates it',
  },
  benchmark: { has: ['scorers', 'fields', 'reference'], advice: 'this is a benchmark file: a run file names it, as `benchmark`' },
  run: { has: ['benchmark'], advice: 'this is a run file: `scale run` with it runs it, and a sweep file may name it, as `base`' },
} as const;

/** A sentence for a file that has nothing of the kind that is wanted, and something of another; otherwise undefined. */
export function otherKind(content: unknown, wanted: 'run' | 'sweep'): string | undefined {
  if (!isGroup(content)) return undefined;
  const isOf = (kind: keyof typeof kinds): boolean => kinds[kind].has.some((setting) => setting in content);
  if (isOf(wanted)) return undefined;
  return Object.keys(kinds)
    .map((kind) => kind as keyof typeof kinds)
    .filter(isOf)
    .map((kind) => kinds[kind].advice)[0];
}
