/**
 * What the dashboard's server answers and its page reads: types only, so that neither imports the other. Times are wall-clock
 * milliseconds since 1970, scores are in [0, 1], money is in the currency of the run's price table. What is not known is absent.
 * Every text may come from a model or a stranger: a page shows it as text and never as markup.
 */
import type { Comparison } from '../domain/comparison/compare-evaluations.ts';
import type { Money } from '../domain/prices/money-of.ts';
import type { MatrixCell, ReportModel, RoundReport } from '../domain/report/report-model.ts';
import type { Verdict } from '../domain/report/report-verdict.ts';
import type { RoundProgress } from '../domain/report/run-progress.ts';
import type { Evaluation, ParentCandidate } from '../domain/run/event.ts';
import type { SweepReport } from '../domain/sweep-report/sweep-report-model.ts';
import type { ExecutionShown } from '../shared/runs/execution-shown.ts';

/** Rises when a page and a server of other versions would misunderstand each other. */
export type ApiFormat = 1;

/** GET /api/session */
export interface SessionAnswer {
  readonly format: ApiFormat;
  /** Of the program that serves the page. */
  readonly version: string;
  readonly cluster: {
    /** What people call it: the address of its coordinator, or the data folder of this machine. */
    readonly name: string;
    readonly kind: 'server' | 'machine';
    /** Of its coordinator. Absent: it does not answer now, and trouble says why. */
    readonly version?: string;
    readonly trouble?: string;
  };
  /** What the caller may do: look, or also pause, resume and cancel. `none`: nothing before signing in. */
  readonly role: 'none' | 'read' | 'run';
  /** How more is allowed: by a token in the form, or by the one-time link that the command printed. Absent: not at all. */
  readonly signIn?: 'token' | 'link';
  /** A token or a link was shown and holds. */
  readonly isSignedIn: boolean;
}

/** POST /api/session with this as JSON signs in; DELETE /api/session signs out. Both answer a SessionAnswer. */
export interface SignIn {
  readonly token: string;
}

/** `interrupted`: it is not over, and nothing works on it. */
export type RunState = 'running' | 'paused' | 'interrupted' | 'completed' | 'cancelled' | 'failed';

/** What holds a run up; each text is a clause. */
export interface WaitingFor {
  readonly kind: string;
  readonly what: string;
  /** What would end it. */
  readonly until: string;
  readonly sinceMs: number;
  readonly waitedMs: number;
}

export interface RunRow {
  readonly runId: string;
  readonly name: string;
  readonly benchmark: string;
  readonly state: RunState;
  readonly simulated: boolean;
  readonly waiting?: WaitingFor;
  readonly roundsCompleted: number;
  readonly maxRounds: number;
  readonly best?: BestScore;
  readonly verdict?: Omit<Verdict, 'difference'> & { readonly difference?: Between & { readonly difference: number } };
  /** Charged: what the log says. */
  readonly tokens: number;
  /** Paid for, with what was lost. Absent: as many as were charged, or not known. */
  readonly spentTokens?: number;
  readonly money?: Money;
  readonly spentMoney?: Money;
  /** Estimated, against executing every workflow on every query: a share of at most 1, below 0 where predictions cost more. */
  readonly saved?: { readonly share: number; readonly tokens: number; readonly money?: Money };
  /** An estimate. Absent: not known yet, or nothing works on it. */
  readonly leftMs?: number;
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
  readonly labels: readonly string[];
  readonly team?: string;
  readonly startedBy?: string;
  readonly sweepId?: string;
  /** Of an evaluation: the run whose workflow is executed. */
  readonly ofRun?: string;
}

export interface Between {
  readonly low: number;
  readonly high: number;
}

export interface BestScore {
  readonly round?: number;
  readonly score: number;
  /** 95 %; absent where the score is not from executions of all queries alone. */
  readonly interval?: Between;
  /** Of an answer of this workflow. */
  readonly answerTokens?: number;
}

/** GET /api/runs: the newest first. */
export interface RunsAnswer {
  readonly runs: readonly RunRow[];
}

/** The step under way, which no log holds. */
export interface StepNow {
  readonly round: number;
  /** warm-up, propose, predict, few-shot, final or test; "" before the first. */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Rounds under way after this one. */
  readonly ahead: readonly RoundProgress[];
  /** What holds workers up, "" for nothing. */
  readonly trouble: string;
  readonly waiting?: WaitingFor;
}

/** GET /api/runs/:id */
export interface RunAnswer {
  readonly row: RunRow;
  /** Of the log that this tells of: a change with the same one brings nothing new. */
  readonly revision: string;
  /** As report.json has it, but for the matrix, which is an answer of its own. Absent: the log is empty yet. */
  readonly report?: Omit<ReportModel, 'matrix'>;
  /** Absent: nothing works on it, or the step is not known yet. */
  readonly step?: StepNow;
  /** What it may spend, each as two texts: of what, and how much of it is used. */
  readonly limits: readonly { readonly of: string; readonly text: string }[];
}

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

export interface WorkflowShown {
  readonly hash: string;
  /** As a workflow file has it. */
  readonly source: string;
  readonly graph: WorkflowGraph;
}

/** A workflow as a drawing: arrows between nodes, and frames around what runs several times at once. */
export interface WorkflowGraph {
  readonly nodes: readonly WorkflowNode[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string /** yes or no, after a question. */;
    readonly label?: string;
  }[];
  /** An outer one comes before those inside it. */
  readonly frames: readonly { readonly id: string; readonly label: string; readonly inside?: string }[];
}

export interface WorkflowNode {
  readonly id: string;
  readonly kind: 'start' | 'call' | 'set' | 'question' | 'loop' | 'return' | 'no-answer';
  readonly label: string;
  /** Of a call. */
  readonly operator?: string;
  /** The instruction of a call, or the value that is set or returned. */
  readonly detail?: string;
  /** The frame that it stands in. */
  readonly frame?: string;
}

/** `before` and `after` are line numbers from 1 in the two files; `gap` stands for lines that are the same and left out. */
export type DifferenceLine =
  | { readonly kind: 'same'; readonly before: number; readonly after: number; readonly text: string }
  | { readonly kind: 'removed'; readonly before: number; readonly text: string }
  | { readonly kind: 'added'; readonly after: number; readonly text: string }
  | { readonly kind: 'gap'; readonly lines: number };

/** GET /api/runs/:id/rounds/:round/executions?offset=&limit= : the worst first, at most 1,000 at a time. */
export interface ExecutionRowsAnswer {
  readonly runId: string;
  readonly round: number;
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly ExecutionRow[];
}

export interface ExecutionRow {
  readonly queryIndex: number;
  readonly queryId: string;
  readonly repeat: number;
  readonly score: number;
  readonly tokens: number;
  /** Shortened. */
  readonly answer: string;
  readonly failure?: { readonly kind: string; readonly message: string };
  readonly feedback?: string;
}

/** GET /api/runs/:id/executions?round=&query= : every execution of the round's workflow on the query (its id), with each call. */
export interface ExecutionsAnswer {
  readonly runId: string;
  readonly round: number;
  readonly query: {
    readonly index: number;
    readonly id: string;
    readonly fields: Readonly<Record<string, string>>;
    readonly reference: string;
  };
  /** Empty where results have gone (they are kept for two weeks): note then says so. */
  readonly executions: readonly ExecutionShown[];
  readonly note?: string;
  /** Other rounds that executed this query, with its mean score. */
  readonly others: readonly { readonly round: number; readonly score: ShownCell }[];
}

/** GET /api/runs/:id/matrix : columns in the benchmark's order, parallel to each row's cells. */
export interface MatrixAnswer {
  readonly runId: string;
  readonly revision: string;
  readonly queries: {
    readonly ids: readonly string[] /** Shortened to 120 characters. */;
    readonly questions: readonly string[];
  };
  readonly rows: readonly { readonly round: number; readonly cells: readonly ShownCell[] }[];
}

/**
 * Mean over repeats, to four digits; null: not executed; "failed": it failed, and has the score 0; "unscored": it failed for
 * reasons of the infrastructure, and counts in no score.
 */
export type ShownCell = MatrixCell | 'unscored';

/** GET /api/runs/:id/why */
export interface WhyAnswer {
  readonly runId: string;
  readonly state: RunState;
  /** One sentence: it moves, it is over, or what it waits for. */
  readonly sentence: string;
  /** From what stops it to what is in order. Empty for a run that is over. */
  readonly findings: readonly {
    readonly level: 'stops' | 'slows' | 'fine';
    /** E.g. "Executors", "Endpoint http://…", "Coordinator". */
    readonly subject: string;
    readonly text: string;
    /** What to do. Absent: nothing. */
    readonly remedy?: string;
  }[];
}

/**
 * GET /api/runs/:id/timeline?round= : what results tell of the executions of a round (default: the newest). Only the time that a
 * result was stored and how long it took are on record, so a span is a job from its worker's last attempt to its result.
 */
export interface TimelineAnswer {
  readonly runId: string;
  readonly round: number;
  readonly workers: readonly string[];
  readonly endpoints: readonly string[];
  /** By beginning. */
  readonly spans: readonly TimelineSpan[];
  /** Executions that have no result here, or are beyond the most that an answer holds. */
  readonly left: number;
  /** A sentence on what the times are and what they cannot tell. */
  readonly note: string;
}

export interface TimelineSpan {
  readonly queryId: string;
  readonly repeat: number;
  /** Places in workers and endpoints. */
  readonly worker: number;
  readonly endpoints: readonly number[];
  readonly beganMs: number;
  readonly endedMs: number;
  readonly calls: number;
  readonly score: number;
  readonly failed: boolean;
}

/** GET /api/compare?a=RUN[:ROUND]&b=RUN[:ROUND] : without a round, the best one. */
export interface CompareAnswer {
  readonly a: ComparedSide;
  readonly b: ComparedSide;
  /** What the figures come to. */
  readonly sentence: string;
  /** Changed queries: at most 500, those that changed the most first. */
  readonly comparison: Comparison;
  readonly moreChanges: number;
  /** Of the two workflow files, the whole of both. */
  readonly difference: readonly DifferenceLine[];
}

export interface ComparedSide {
  readonly runId: string;
  readonly round: number;
  readonly label: string;
  readonly simulated: boolean;
  readonly executions: number;
  readonly tokens?: number;
  readonly money?: Money;
  readonly remarks: readonly string[];
  readonly workflow: WorkflowShown;
}

export interface SweepRow {
  readonly sweepId: string;
  readonly name: string;
  readonly state: 'running' | 'paused' | 'cancelled' | 'completed';
  /** Why it was paused or cancelled. */
  readonly reason?: string;
  readonly isOver: boolean;
  /** Of those that run, `paused` are. */
  readonly cells: {
    readonly waiting: number;
    readonly running: number;
    readonly paused: number;
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
  };
  readonly tokens: number;
  readonly spentTokens: number;
  /** What was paid for. Absent: no price is known, or they are in several currencies. */
  readonly money?: Money;
  readonly simulated: boolean;
  readonly createdAtMs: number;
  readonly endedAtMs?: number;
}

/** GET /api/sweeps: the newest first. */
export interface SweepsAnswer {
  readonly sweeps: readonly SweepRow[];
}

/** GET /api/sweeps/:id */
export interface SweepAnswer {
  readonly row: SweepRow;
  /** In the file's order. */
  readonly axes: readonly string[];
  readonly cells: readonly SweepCell[];
}

export interface SweepCell {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'waiting' | RunState;
  readonly leftOut: boolean;
  readonly runId?: string;
  readonly score?: number;
  readonly tokens?: number;
  readonly money?: Money;
  readonly why?: string;
  readonly round?: number;
  readonly maxRounds?: number;
  readonly startedAtMs?: number;
  readonly endedAtMs?: number;
}

/** GET /api/sweeps/:id/report : reads the logs of its runs, which takes a while. */
export interface SweepReportAnswer {
  readonly report: SweepReport;
}

/** GET /api/workers */
export interface WorkersAnswer {
  /** The coordinator has listened long enough to have heard every worker. */
  readonly settled: boolean;
  readonly workers: readonly {
    readonly name: string;
    readonly role?: string;
    readonly kinds: readonly string[];
    readonly version?: string;
    readonly slots: number;
    readonly trouble?: string;
    readonly isolation?: string;
    readonly runs: readonly {
      readonly runId: string;
      readonly inFlight: number;
      readonly heldUp: number;
      readonly trouble: string;
    }[];
    readonly endpoints: readonly {
      readonly url: string;
      readonly state: string;
      readonly inFlight: number;
      readonly detail: string;
    }[];
  }[];
}

/**
 * GET /api/changes?run=ID&sweep=ID : server-sent events. `change` carries a Change, at most two a second, as the difference to
 * the one before; the event's id goes back in Last-Event-ID. `reset` says that the page has missed some and must read anew.
 * A comment every 15 s keeps proxies from closing it.
 */
export interface Change {
  /** Rows that are new or have changed. */
  readonly runs?: readonly RunRow[];
  readonly sweeps?: readonly SweepRow[];
  readonly removedRuns?: readonly string[];
  /** Of the run that the page looks at: its answers are to be read again where the revision differs. */
  readonly run?: {
    readonly runId: string;
    readonly revision: string;
    readonly step?: StepNow;
    readonly notices?: readonly string[];
  };
  /** The cluster does not answer: why; "" when it does again. */
  readonly trouble?: string;
}

/** What a page that is one file has in place of a server. */
export interface EmbeddedAnswers {
  readonly format: ApiFormat;
  /** By address, as the page would ask for it, e.g. "/api/runs/gsm8k-1a2b". */
  readonly answers: Readonly<Record<string, unknown>>;
  /** What was left out for its size, a sentence each. */
  readonly notes: readonly string[];
  /** The view that opens first, as it stands after the # of an address; absent: the runs. */
  readonly home?: string;
}

/** POST /api/runs/:id/pause, …/resume, …/cancel and the same of sweeps: a reason for pause and cancel, "" for none. */
export interface ActionRequest {
  readonly reason: string;
}

export interface ActionAnswer {
  /** As it is now, in a word. */
  readonly state: string;
}

/** Every answer with a status of 400 and above. */
export interface ErrorAnswer {
  readonly error: {
    /** One of the kinds of services/domain/errors/error-kind.ts, or "not-signed-in". */
    readonly kind: string;
    /** A sentence: what happened, to what, and what to do. */
    readonly message: string;
  };
}
