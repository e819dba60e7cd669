import type { CallPurpose, Usage } from '../../domain/ports.ts';
import type { AttemptState } from '../../domain/run/ledger/call-attempt.ts';
import { noUsage } from '../../domain/run/ledger/totals.ts';
import type { BatchedCall } from './settings/batched-call.ts';

/** Keeps account of attempts at calls, so that what was paid for is known even if a process dies in the middle. */
export interface AttemptMeter {
  /** Notes that the attempt is about to be made; it may be sent once this resolves. @throws if that cannot be noted */
  begin(call: CallToNote, prompt: Usage): Promise<MeteredAttempt>;
  /**
   * To be awaited before a call waits for a place, and before `begin`: resolves when the limits of its run have room for it.
   * Absent: they are not looked at.
   * @throws BudgetSpentError if there is none; the signal's reason
   */
  readonly hold?: (call: CallToCome, prompt: Usage, signal: AbortSignal) => Promise<HeldMeter>;
  /**
   * An attempt that an earlier delivery of the job has begun, and whose reply is only fetched. Absent: nothing is noted of it.
   */
  readonly resume?: (call: Pick<CallToCome, 'callId' | 'model'>, attemptId: string) => MeteredAttempt;
  /** For calls that belong to no job, such as those that try an endpoint. Absent: they are not accounted for. */
  readonly preflight?: AttemptMeter;
}

export interface CallToNote {
  readonly callId: string;
  readonly model: string;
  /** Awaited before the note is made. */
  readonly batched?: Pick<BatchedCall, 'gather'>;
}

export interface CallToCome extends CallToNote {
  /** Of a reply, in tokens. */
  readonly maxTokens: number;
  /** Replies that are wanted at once; absent: one. */
  readonly samples?: number;
  readonly purpose?: CallPurpose;
}

/** For the attempts at one call, of which the first has its room already. */
export interface HeldMeter extends AttemptMeter {
  /** The call is over: room that it has not used is free. */
  release(): void;
}

export interface MeteredAttempt {
  readonly id: string;
  /**
   * To be called right before it is sent, with nothing to wait for in between: whoever stood still since it was noted learns here
   * that the job is another's, and its signal aborts.
   */
  sending?(): void;
  ended(state: AttemptState, usage: Usage, estimated: boolean): void;
  /** It goes on without anyone who waits for it: whoever fetches its reply notes how it ended. */
  left?(): void;
}

/** Its attempts are sent once what came before them is stored as well. */
export function meterAfter(meter: AttemptMeter, stored: () => Promise<void>): AttemptMeter {
  return {
    ...meter,
    async begin(call, prompt) {
      const before = stored();
      before.catch(() => undefined);
      const attempt = await meter.begin(call, prompt);
      try {
        await before;
      } catch (error) {
        attempt.ended('refused', noUsage, false);
        throw error;
      }
      return attempt;
    },
  };
}
