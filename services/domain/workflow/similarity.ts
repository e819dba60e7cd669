import { nearForm } from './near-form.ts';
import type { Workflow } from './workflow.ts';

/**
 * How much two workflows have in common, in [0, 1]: of all runs of three words and signs in their near forms, the share that both
 * have (Jaccard). 1 does not mean that they are the same, but they differ in little else than how often something is said.
 * @throws ExpressionError for a workflow that was not validated
 */
export function similarity(one: Workflow, other: Workflow): number {
  const [a, b] = [runsOf(one), runsOf(other)];
  const common = commonRuns(a, b);
  return common / (a.size + b.size - common);
}

/** How many of those runs only one of the two has. */
export function difference(one: Workflow, other: Workflow): number {
  const [a, b] = [runsOf(one), runsOf(other)];
  return a.size + b.size - 2 * commonRuns(a, b);
}

export function commonRuns(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let common = 0;
  for (const run of one) if (other.has(run)) common += 1;
  return common;
}

/** The runs of any text. */
export function runsOfText(text: string): ReadonlySet<string> {
  const parts = text.match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_",]/gu) ?? [];
  return new Set(parts.slice(runLength - 1).map((_, place) => parts.slice(place, place + runLength).join(' ')));
}

const runLength = 3;
/** Each new proposal is compared with every workflow so far. */
const known = new WeakMap<Workflow, ReadonlySet<string>>();

function runsOf(workflow: Workflow): ReadonlySet<string> {
  const earlier = known.get(workflow);
  if (earlier !== undefined) return earlier;
  const runs = runsOfText(nearForm(workflow));
  known.set(workflow, runs);
  return runs;
}
