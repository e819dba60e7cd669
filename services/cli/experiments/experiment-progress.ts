import { bestOf } from '../../domain/report/run-progress.ts';
import { totalUse } from '../../domain/run/ledger/totals.ts';
import type { RunState } from '../../domain/run/state.ts';
import { formatCount, formatScore } from '../../shared/document/format.ts';

/** Reports how far an experiment has got: a line for each run that ends, and now and then what is in flight. */
export interface ExperimentProgress {
  /** A run that will have to be done; it may wait for its turn. */
  add(what: string): RunTicket;
  stop(): void;
}

export interface RunTicket {
  begun(): void;
  advanced(state: RunState): void;
  /** @param atNoCost it had ended before */
  ended(state: RunState, atNoCost: boolean): void;
  /** Whatever its outcome, it is no longer in flight. */
  gone(): void;
}

const quietMs = 10_000;

export function createExperimentProgress(notice: (message: string) => void): ExperimentProgress {
  let [known, done] = [0, 0];
  let quiet = true;
  const inFlight = new Map<RunTicket, { readonly what: string; state: RunState | undefined }>();
  const beat = setInterval(() => {
    if (quiet && inFlight.size > 0) notice(`${done} of ${known} runs so far; in flight: ${describe([...inFlight.values()])}`);
    quiet = true;
  }, quietMs);
  beat.unref();
  return {
    add: (what) => {
      known += 1;
      const ticket: RunTicket = {
        begun: () => inFlight.set(ticket, { what, state: undefined }),
        advanced: (state) => inFlight.set(ticket, { what, state }),
        ended: (state, atNoCost) => {
          done += 1;
          quiet = false;
          notice(`[${done}/${known}] ${what}: ${outcomeOf(state)}${atNoCost ? ' (had already ended: no cost)' : ''}`);
        },
        gone: () => inFlight.delete(ticket),
      };
      return ticket;
    },
    stop: () => clearInterval(beat),
  };
}

function describe(runs: readonly { readonly what: string; readonly state: RunState | undefined }[]): string {
  return runs
    .map(({ what, state }) => {
      if (state === undefined) return what;
      const { maxRounds } = state.configuration.search;
      return `${what} (round ${state.rounds.length} of ${maxRounds}, ${formatCount(totalUse(state.ledger).tokens)} tokens)`;
    })
    .join('; ');
}

function outcomeOf(state: RunState): string {
  const score = bestOf(state)?.evaluation?.score;
  const tokens = `${formatCount(totalUse(state.ledger).tokens)} tokens`;
  if (state.status !== 'completed') return `${state.status}, ${tokens}`;
  return `score ${score === undefined ? 'unknown' : formatScore(score)}, ${tokens}`;
}
