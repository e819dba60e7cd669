/** A finished search with everything that was executed: the tree is fixed, only its evaluation is replayed. */
export interface RecordedSearch {
  /** Searches of one source are averaged first, so that a source with many does not outvote the others. */
  readonly source: string;
  readonly name: string;
  readonly queryCount: number;
  /** Searches with the same value were on the same queries, in the same order; absent if unknown. */
  readonly sharedQueries?: string;
  /** Oldest first. */
  readonly workflows: readonly RecordedWorkflow[];
}

export interface RecordedWorkflow {
  /** From 1, without gaps. */
  readonly round: number;
  /** 0 if it has none or it was not recorded. */
  readonly parentRound: number;
  /** One list of scores by query for each time that all queries were executed; at least one. */
  readonly repeats: readonly (readonly number[])[];
  /** Of an answer, in any unit that is the same for the whole search; absent if it was not recorded. */
  readonly cost?: number;
  /** Its score on all queries there are, where it was made up and that is known; otherwise what was executed stands for it. */
  readonly truth?: number;
  /** What the optimizer really predicted, where the record has it. */
  readonly predicted?: number;
  /** How sure the optimizer said it was of its proposal, where the record has it. */
  readonly confidence?: number;
}

/** Whether predictions have to be made up for it. */
export function lacksPredictions({ workflows }: RecordedSearch): boolean {
  return workflows.every(({ predicted }) => predicted === undefined);
}

/** The mean over all repeats and queries: what a replay takes as the truth. It includes the repeat that was drawn. */
export function truthOf({ repeats, truth }: RecordedWorkflow): number {
  if (truth !== undefined) return truth;
  let sum = 0;
  for (const scores of repeats) for (const score of scores) sum += score;
  return sum / (repeats.length * (repeats[0]?.length ?? 1));
}

/** A workflow below this share of the best of its search counts as broken: it crashed, or its answers were never extracted. */
export const brokenBelow = 0.5;

/** Which workflows work, by their truths. */
export function workingOf(truths: readonly number[]): boolean[] {
  const best = Math.max(...truths);
  return truths.map((truth) => truth >= brokenBelow * best);
}
