import { type Comparison, compareEvaluations, NothingToCompareError } from '../../domain/comparison/compare-evaluations.ts';
import { defined } from '../../domain/defined.ts';
import { randomStream } from '../../domain/random.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import type { Round } from '../../domain/run/state.ts';
import type { ControlClient } from '../../shared/control-client/control-client.ts';
import { type ComparisonSide, comparisonSide, refuseUnlike } from '../../shared/runs/comparison-side.ts';
import { concludingSentence } from '../../shared/runs/concluding-sentence.ts';
import { AnswerError } from '../answer-error.ts';
import type { CompareAnswer, ComparedSide } from '../api/compare-answer.ts';
import { type FoldedRun, stateOf } from '../runs/folded-run.ts';
import { differenceLines } from './difference-lines.ts';
import { roundIn } from './round-answer.ts';
import { workflowShown } from './workflow-shown.ts';

const mostChanges = 500;

/** @param round undefined: the best one */
export interface ComparedRun {
  readonly run: FoldedRun;
  readonly round: number | undefined;
}

export async function compareAnswer(
  client: ControlClient,
  [one, other]: readonly [ComparedRun, ComparedRun],
  signal: AbortSignal,
): Promise<CompareAnswer> {
  const rounds = [roundOf(one), roundOf(other)] as const;
  const a = await comparisonSide({ client }, one.run.record, one.round === undefined ? undefined : rounds[0], signal);
  const b = await comparisonSide({ client }, other.run.record, other.round === undefined ? undefined : rounds[1], signal);
  refuseUnlike(a, b);
  const comparison = compared(a, b);
  const shown = [shownSide(one.run, rounds[0], a), shownSide(other.run, rounds[1], b)] as const;
  return {
    ...{ a: shown[0], b: shown[1], sentence: concludingSentence(comparison) },
    comparison: { ...comparison, changes: comparison.changes.slice(0, mostChanges) },
    moreChanges: Math.max(0, comparison.changes.length - mostChanges),
    difference: differenceLines(shown[0].workflow.source, shown[1].workflow.source, Number.POSITIVE_INFINITY),
  };
}

type WorkflowRound = Round & { readonly workflow: NonNullable<Round['workflow']> };

function roundOf({ run, round: wanted }: ComparedRun): WorkflowRound {
  const state = stateOf(run);
  const number = wanted ?? (state && (bestOf(state) ?? state.rounds.at(-1))?.round) ?? 1;
  const { round } = roundIn(run, number);
  const { workflow } = round;
  if (workflow !== undefined) return { ...round, workflow };
  throw new AnswerError(
    'bad-input',
    400,
    `round ${number} of run ${run.runId} has no workflow: all of its proposals were refused`,
  );
}

/** The seed is fixed: the same two give the same p-value. */
function compared(a: ComparisonSide, b: ComparisonSide): Comparison {
  try {
    return compareEvaluations(a.executions, b.executions, randomStream(1, 'compare'));
  } catch (cause) {
    if (!(cause instanceof NothingToCompareError)) throw cause;
    const message = `${a.label} and ${b.label} have no query in common: evaluate both on the same split of the same benchmark`;
    throw new AnswerError('bad-input', 400, message, { cause });
  }
}

function shownSide({ runId }: FoldedRun, { round, workflow, workflowHash }: WorkflowRound, side: ComparisonSide): ComparedSide {
  const { label, simulated, executions, tokens, money, remarks } = side;
  return {
    ...{ runId, round, label, simulated, remarks, executions: executions.length },
    workflow: workflowShown(workflow, workflowHash),
    ...defined({ tokens, money }),
  };
}
