import type { Round, RunState } from '../run/state.ts';
import { countsOfMerge } from '../search/queries-of-merge.ts';
import type { ReplyForm } from './reply-form.ts';
import { shortened } from './shortened.ts';

const workflowCharacters = 12_000;

/** The second parent of a round, and what the optimizer is to do with it instead of a modification; "" for a round with one. */
export function mergeSection({ rounds }: RunState, open: Round, form: ReplyForm): string {
  const { workflow, evaluation } = rounds[(open.mergedRound ?? 0) - 1] ?? {};
  if (workflow === undefined) return '';
  const { common, onlyFirst, onlySecond } = countsOfMerge(rounds, open);
  return `# A second workflow (score ${evaluation?.score.toFixed(3)})
<second>
${shortened(form.workflow(workflow), workflowCharacters)}
</second>

# What to do this time
Of ${common.length} queries, the first workflow alone solves ${onlyFirst.length}, and the second alone ${onlySecond.length}. Do not modify one of them: merge them into one workflow that solves what each of them solves. Find what makes the difference in each, keep both, and leave out what is then done twice; running one after the other is no merge.`;
}
