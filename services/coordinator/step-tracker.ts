import type { Phase } from '../domain/run/ledger/token-use.ts';
import type { Job } from '../shared/contracts/generated/scale/v1/job.ts';
import type { JobKind } from '../shared/messaging/bus.ts';

/** How far the current step of a run has got. */
export interface PresentStep {
  readonly round: number;
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
  /** Jobs without a result. */
  readonly outstanding: Readonly<Record<JobKind, number>>;
}

export interface StepTracker {
  /** Another step begins. @param hasResult which of its jobs already have one */
  begin(
    step: { readonly round: number; readonly phase: Phase; readonly jobs: readonly Job[] },
    hasResult: (id: string) => boolean,
  ): void;
  /** A result arrived, of this step or of another. */
  arrived(jobId: string): void;
}

/** `report` is called at each change. */
export function createStepTracker(report: (progress: PresentStep) => void): StepTracker {
  let about: { round: number; phase: Phase; total: number } = { round: 0, phase: 'warm-up', total: 0 };
  const open = new Map<string, JobKind>();
  const outstanding: Record<JobKind, number> = { execute: 0, predict: 0, propose: 0 };
  const tell = (): void => report({ ...about, done: about.total - open.size, outstanding: { ...outstanding } });
  return {
    begin({ round, phase, jobs }, hasResult) {
      open.clear();
      Object.assign(outstanding, { execute: 0, predict: 0, propose: 0 });
      for (const { jobId, work } of jobs) {
        if (work === undefined || hasResult(jobId)) continue;
        open.set(jobId, work.$case);
        outstanding[work.$case] += 1;
      }
      about = { round, phase, total: jobs.length };
      tell();
    },
    arrived(jobId) {
      const kind = open.get(jobId);
      if (kind === undefined) return;
      open.delete(jobId);
      outstanding[kind] -= 1;
      tell();
    },
  };
}
