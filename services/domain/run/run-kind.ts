/** What a run is for: one workflow for all queries, one for each query (the baseline of the paper), or the score of a given one. */
export const runKinds = ['search', 'query-level', 'evaluation'] as const;

export type RunKind = (typeof runKinds)[number];

interface OfAKind {
  readonly kind: RunKind;
}

/**
 * Whether a run scores one workflow on its own. Its log is that of a search that ends with its first round, executed in full, so
 * that jobs and workers need to know nothing new.
 */
export function isEvaluation({ kind }: OfAKind): boolean {
  return kind === 'evaluation';
}

/** Whether it looks for one workflow over several rounds, so that there is something to save, and something to show when it is cut off. */
export function isSearch({ kind }: OfAKind): boolean {
  return kind === 'search';
}

export function isQueryLevel({ kind }: OfAKind): boolean {
  return kind === 'query-level';
}

/**
 * What a run is that was started before runs said it: a search that ended with its first round, executed in full, was always an
 * evaluation, or was taken for one.
 */
export function impliedKind(shape: {
  readonly queryLevel: boolean;
  readonly maxRounds: number;
  readonly method: string;
}): RunKind {
  if (shape.queryLevel) return 'query-level';
  return shape.maxRounds === 1 && shape.method === 'full' ? 'evaluation' : 'search';
}
