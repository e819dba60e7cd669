/**
 * What a run is for: one workflow for all queries, one for each query (the paper's baseline), or the score of a given workflow.
 */
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

/**
 * Whether it looks for one workflow over several rounds, so that there is something to save, and something to show if it is cut
 * short.
 */
export function isSearch({ kind }: OfAKind): boolean {
  return kind === 'search';
}

export function isQueryLevel({ kind }: OfAKind): boolean {
  return kind === 'query-level';
}

/**
 * The kind of a run that was started before runs stated it: a search that ended with its first round, executed in full, was
 * always an evaluation or was treated as one.
 */
export function impliedKind(shape: {
  readonly queryLevel: boolean;
  readonly maxRounds: number;
  readonly method: string;
}): RunKind {
  if (shape.queryLevel) return 'query-level';
  return shape.maxRounds === 1 && shape.method === 'full' ? 'evaluation' : 'search';
}
