import { randomUUID } from 'node:crypto';
import type { CallAttempt } from '../../domain/run/ledger/call-attempt.ts';
import { noUsage } from '../../domain/run/ledger/totals.ts';
import type { SpendingNote } from '../../shared/contracts/generated/scale/v1/spending.ts';
import { schemaVersion } from '../../shared/contracts/read-message.ts';
import { callAttemptToProto } from '../../shared/contracts/spending-codec.ts';
import type { AttemptMeter } from '../../shared/models/attempt-meter.ts';

/** Counts the calls that are made before there is a run. */
export interface PreflightMeter extends AttemptMeter {
  /** What they have used so far, for the run that begins; undefined for nothing. */
  note(): SpendingNote | undefined;
}

export function createPreflightMeter(): PreflightMeter {
  const command = randomUUID().slice(0, 13);
  const attempts: CallAttempt[] = [];
  const meter: AttemptMeter = {
    begin: async ({ callId, model }) => {
      const id = `${command}/${attempts.length + 1}`;
      const place = attempts.length;
      const attempt = { attemptId: id, jobId: '', callId, model, usageEstimated: false };
      attempts.push({ ...attempt, state: 'refused', usage: noUsage });
      return {
        id,
        ended: (state, used, usageEstimated) => {
          attempts[place] = { ...attempt, state, usage: used, usageEstimated };
        },
      };
    },
  };
  return {
    ...meter,
    preflight: meter,
    note: () => (attempts.length === 0 ? undefined : { schemaVersion, runId: '', attempts: attempts.map(callAttemptToProto) }),
  };
}
