import type { WorkCommand } from '../../domain/run/command.ts';
import type { Phase } from '../../domain/run/ledger/token-use.ts';
import type { JobKind } from '../../shared/messaging/bus.ts';
import { jobIdsOf } from '../results/step-of-plan.ts';

/** How far a round has got with what was planned for it last. */
export interface StepOfRound {
  readonly round: number;
  readonly phase: Phase;
  readonly done: number;
  readonly total: number;
}

/** How far a run has got: its first round that is under way, and those after it. */
export interface PresentStep extends StepOfRound {
  readonly ahead: readonly StepOfRound[];
  /** Jobs without a result, of all rounds. */
  readonly outstanding: Readonly<Record<JobKind, number>>;
}

export interface StepTracker {
  /** Another step of a round begins, or more jobs of the same phase. @param hasResult which of its jobs already have one */
  begin(
    step: { readonly round: number; readonly phase: Phase; readonly work: readonly WorkCommand[] },
    hasResult: (id: string) => boolean,
  ): void;
  /** A result arrived, of one of these steps or of another. */
  arrived(jobId: string): void;
  /** The log has come to the end of all rounds before this one. */
  reached(round: number): void;
}

interface TrackedStep {
  readonly phase: Phase;
  readonly jobs: Set<string>;
  done: number;
}

/** `report` is called at each change. */
export function createStepTracker(report: (progress: PresentStep) => void): StepTracker {
  const steps = new Map<number, TrackedStep>();
  const open = new Map<string, { readonly kind: JobKind; readonly step: TrackedStep }>();
  const outstanding: Record<JobKind, number> = { execute: 0, predict: 0, propose: 0 };
  const tell = (): void => {
    const rounds = [...steps]
      .map(([round, { phase, jobs, done }]) => ({ round, phase, done, total: jobs.size }))
      .sort((one, other) => one.round - other.round);
    const [first, ...ahead] = rounds;
    if (first !== undefined) report({ ...first, ahead, outstanding: { ...outstanding } });
  };
  return {
    begin({ round, phase, work }, hasResult) {
      const before = steps.get(round);
      const step = before?.phase === phase ? before : { phase, jobs: new Set<string>(), done: 0 };
      steps.set(round, step);
      for (const command of work) {
        for (const jobId of jobIdsOf(command)) {
          if (step.jobs.has(jobId)) continue;
          step.jobs.add(jobId);
          if (hasResult(jobId)) {
            step.done += 1;
            continue;
          }
          open.set(jobId, { kind: command.kind, step });
          outstanding[command.kind] += 1;
        }
      }
      tell();
    },
    arrived(jobId) {
      const known = open.get(jobId);
      if (known === undefined) return;
      open.delete(jobId);
      known.step.done += 1;
      outstanding[known.kind] -= 1;
      tell();
    },
    reached(round) {
      for (const earlier of steps.keys()) if (earlier < round) steps.delete(earlier);
    },
  };
}
