import type { RunManifest } from '../contracts/generated/scale/v1/control.ts';

/** Runs with it are deleted by nobody but a person who names them. */
const keepingLabel = 'keep';

/** What says whether a run is kept. */
export type LabelledRun = Pick<RunManifest, 'runId' | 'ofRun' | 'labels'>;

/** By its own label, or by that of an evaluation of it: deleting a run takes its evaluations along. */
export function isKept({ runId, labels }: LabelledRun, runs: readonly LabelledRun[]): boolean {
  return hasLabel({ labels }) || runs.some((each) => each.ofRun === runId && hasLabel(each));
}

function hasLabel({ labels }: Pick<LabelledRun, 'labels'>): boolean {
  return labels?.words.includes(keepingLabel) === true;
}
