import type { RoundReport } from '../../domain/report/report-model.ts';
import type { Evaluation, ParentCandidate } from '../../domain/run/event.ts';
import type { DifferenceLine, WorkflowShown } from './workflow-shown.ts';

/** GET /api/runs/:id/rounds/:round */
export interface RoundAnswer {
  readonly runId: string;
  readonly revision: string;
  readonly isBest: boolean;
  /** As in the report. */
  readonly round: RoundReport;
  readonly previous?: number;
  readonly next?: number;
  /** Absent: all proposals were refused. */
  readonly workflow?: WorkflowShown;
  /** Against the parent's file. Absent for the first round, and where one of them has no workflow. */
  readonly difference?: readonly DifferenceLine[];
  /** The rounds among which the parent was drawn, with their probabilities (Eq 4). */
  readonly candidates: readonly ParentCandidate[];
  /** Earlier edits of the same parent that the optimizer was shown, and what came of them. */
  readonly experience: readonly {
    readonly round: number;
    readonly modification: string;
    readonly score: number;
    readonly parentScore: number;
  }[];
  /** How its score came about. Absent: it has none yet. */
  readonly evaluation?: Evaluation;
  readonly predictions: readonly {
    readonly turn: number;
    readonly score?: number;
    readonly reason: string;
    readonly failure?: string;
  }[];
  readonly proposals: readonly ProposalShown[];
  /** Edits that began here. */
  readonly children: readonly number[];
  /** Of its workflow, those of the final pick among them: GET …/rounds/:round/executions lists them. */
  readonly executions: number;
}

export interface ProposalShown {
  readonly turn: number;
  readonly modification: string;
  readonly reply: string;
  /** Why it was refused; absent for the one that was taken. */
  readonly refused?: string;
}
