import { ScaleError } from '../../../domain/errors/scale-error.ts';
import { linked, type OwnSignal } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';

/** Sends a call a second time, elsewhere, where it takes far longer than others of its kind: the first answer counts. */
export interface Reissues {
  first<Member, Reply>(call: ReissuableCall<Member, Reply>): Promise<Reply>;
}

export interface ReissuableCall<Member, Reply> {
  /** Calls of one kind take about the same time. */
  readonly kind: string;
  readonly at: Member;
  /** Where it may be sent a second time now; undefined for nowhere. */
  elsewhere(): Member | undefined;
  /** @param leg of this sending alone: aborts where another answer came first */
  send(member: Member, leg: OwnSignal): Promise<Reply>;
  /** The answer came from elsewhere, and this member took so many times longer than is usual. */
  lagged(times: number): void;
  readonly signal: AbortSignal;
}

/** The answer came from elsewhere. */
class AnsweredElsewhereError extends ScaleError {
  readonly kind = 'interrupted';
}

/** Calls that are sent twice, of all calls, in the long run; and how many at once. */
const share = 0.02;
const reserve = 4;
/** Far longer: this many times what all but one of twenty calls take. */
const far = 3;
const leastMs = 250;

export function createReissues(timing: Timing): Reissues {
  const kinds = new Map<string, Durations>();
  let left = 1;

  const durationsOf = (kind: string): Durations => {
    const known = kinds.get(kind) ?? createDurations();
    kinds.set(kind, known);
    return known;
  };

  return {
    first: ({ kind, at, elsewhere, send, lagged, signal }) =>
      new Promise((resolve, reject) => {
        const durations = durationsOf(kind);
        const usual = durations.usual();
        const legs: OwnSignal[] = [];
        const errors: unknown[] = [];
        let cancel = (): void => {};
        let isOver = false;
        left = Math.min(reserve, left + share);

        const end = (settle: () => void): void => {
          isOver = true;
          cancel();
          settle();
          for (const leg of legs) leg.abort(new AnsweredElsewhereError('another server has answered the call'));
          for (const leg of legs) leg[Symbol.dispose]();
        };
        const begin = (member: typeof at): void => {
          const leg = linked(signal);
          const index = legs.push(leg) - 1;
          const beganMs = timing.monotonicMs();
          send(member, leg).then(
            (reply) => {
              const tookMs = timing.monotonicMs() - beganMs;
              if (isOver) return;
              durations.note(tookMs);
              if (index > 0 && usual !== undefined) lagged((timing.monotonicMs() - firstMs) / Math.max(1, usual.middleMs));
              end(() => resolve(reply));
            },
            (error: unknown) => {
              errors[index] = error;
              const areAllOver = Object.keys(errors).length === legs.length;
              // What the first one failed with is what its caller would have heard without all this.
              if (!isOver && areAllOver) end(() => reject(errors[0]));
            },
          );
        };
        const firstMs = timing.monotonicMs();
        const wait = (forMs: number): void => {
          cancel = timing.after(forMs, () => {
            const other = left >= 1 && errors.length === 0 ? elsewhere() : undefined;
            if (other === undefined) return wait(forMs);
            left -= 1;
            begin(other);
          });
        };
        begin(at);
        if (usual !== undefined) wait(Math.max(leastMs, far * usual.longMs));
      }),
  };
}

interface Durations {
  note(ms: number): void;
  /** Undefined while too few are known. */
  usual(): { readonly middleMs: number; readonly longMs: number } | undefined;
}

const kept = 256;
const fewest = 40;
/** Sorting takes longer than the rest, and the quantiles change slowly. */
const freshFor = 16;

function createDurations(): Durations {
  const latest: number[] = [];
  let noted = 0;
  let usual: ReturnType<Durations['usual']>;
  return {
    note: (ms) => {
      latest[noted % kept] = ms;
      noted += 1;
      if (noted < fewest || noted % freshFor !== 0) return;
      const sorted = latest.toSorted((one, other) => one - other);
      const at = (quantile: number): number => sorted[Math.floor(quantile * (sorted.length - 1))] ?? 0;
      usual = { middleMs: at(0.5), longMs: at(0.95) };
    },
    usual: () => usual,
  };
}
