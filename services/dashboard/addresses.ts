import type { CompareAnswer } from './api/compare-answer.ts';
import type { ExecutionRowsAnswer, ExecutionsAnswer, MatrixAnswer } from './api/execution-answers.ts';
import type { RoundAnswer } from './api/round-answer.ts';
import type { RunAnswer } from './api/run-answer.ts';
import type { RunsAnswer } from './api/run-row.ts';
import type { SessionAnswer } from './api/session-answer.ts';
import type { SweepAnswer, SweepReportAnswer, SweepsAnswer } from './api/sweep-answers.ts';
import type { TimelineAnswer } from './api/timeline-answer.ts';
import type { WhyAnswer } from './api/why-answer.ts';
import type { WorkersAnswer } from './api/workers-answer.ts';

/** An address of the API, and by its type what is answered there. */
export interface Asked<Answer> {
  readonly address: string;
  /** Never there: it holds the type. */
  readonly answer?: Answer;
}

const run = (runId: string) => `/api/runs/${encodeURIComponent(runId)}`;
const sweep = (sweepId: string) => `/api/sweeps/${encodeURIComponent(sweepId)}`;

/** The most executions that the page asks for at a time. */
const rowsAtATime = 1_000;

/** Where the page asks for what. The static export answers at the same addresses. */
export const ask = {
  session: (): Asked<SessionAnswer> => ({ address: '/api/session' }),
  runs: (): Asked<RunsAnswer> => ({ address: '/api/runs' }),
  run: (runId: string): Asked<RunAnswer> => ({ address: run(runId) }),
  round: (runId: string, round: number): Asked<RoundAnswer> => ({ address: `${run(runId)}/rounds/${round}` }),
  executionRows: (runId: string, round: number): Asked<ExecutionRowsAnswer> => ({
    address: `${run(runId)}/rounds/${round}/executions?offset=0&limit=${rowsAtATime}`,
  }),
  executions: (runId: string, round: number, query: string): Asked<ExecutionsAnswer> => ({
    address: `${run(runId)}/executions?round=${round}&query=${encodeURIComponent(query)}`,
  }),
  matrix: (runId: string): Asked<MatrixAnswer> => ({ address: `${run(runId)}/matrix` }),
  why: (runId: string): Asked<WhyAnswer> => ({ address: `${run(runId)}/why` }),
  timeline: (runId: string, round?: number): Asked<TimelineAnswer> => ({
    address: `${run(runId)}/timeline${round === undefined ? '' : `?round=${round}`}`,
  }),
  compare: (a: string, b: string): Asked<CompareAnswer> => ({
    address: `/api/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`,
  }),
  sweeps: (): Asked<SweepsAnswer> => ({ address: '/api/sweeps' }),
  sweep: (sweepId: string): Asked<SweepAnswer> => ({ address: sweep(sweepId) }),
  sweepReport: (sweepId: string): Asked<SweepReportAnswer> => ({ address: `${sweep(sweepId)}/report` }),
  workers: (): Asked<WorkersAnswer> => ({ address: '/api/workers' }),
} as const;

/** The run, or the sweep, as one file, which needs no server. */
export const savedPageAddress = (of: RunOrSweepId): string => `${addressOf(of)}/page`;

export type RunOrSweepId = { readonly runId: string } | { readonly sweepId: string };
const addressOf = (of: RunOrSweepId): string => ('runId' in of ? run(of.runId) : sweep(of.sweepId));

export type Action = 'pause' | 'resume' | 'cancel';

export function actionAddress(of: RunOrSweepId, action: Action): string {
  return `${addressOf(of)}/${action}`;
}

export function changesAddress(of: { readonly run?: string; readonly sweep?: string }): string {
  const wanted = new URLSearchParams({
    ...(of.run !== undefined && { run: of.run }),
    ...(of.sweep !== undefined && { sweep: of.sweep }),
  });
  return `/api/changes${wanted.size === 0 ? '' : `?${wanted}`}`;
}
