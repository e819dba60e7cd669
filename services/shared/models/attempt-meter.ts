import type { Usage } from '../../domain/ports.ts';
import type { AttemptState } from '../../domain/run/ledger/call-attempt.ts';

/** Keeps account of attempts at calls, so that what was paid for is known whatever dies in the middle. */
export interface AttemptMeter {
  /** Notes that the attempt is made; it may be sent when this resolves. @throws if that cannot be noted */
  begin(call: { readonly callId: string; readonly model: string }, prompt: Usage): Promise<MeteredAttempt>;
  /** Of calls that belong to no job, such as those that try an endpoint. Absent: nobody keeps account of them. */
  readonly preflight?: AttemptMeter;
}

export interface MeteredAttempt {
  readonly id: string;
  ended(state: AttemptState, usage: Usage, estimated: boolean): void;
}
