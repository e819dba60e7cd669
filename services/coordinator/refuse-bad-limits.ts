import type { RunLimits } from '../shared/contracts/generated/scale/v1/control.ts';
import { RequestRefusedError } from './request-refused-error.ts';

/** @throws RequestRefusedError for what no run file may say either */
export function refuseBadLimits(limits: RunLimits | undefined): void {
  if (limits === undefined) return;
  const { tokens, calls, money, durationMs, untilMs, shares } = limits;
  for (const [field, value] of Object.entries({ tokens, calls, money, durationMs, untilMs })) {
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) throw refused(`limits.${field} must be 0 or more, but is ${value}`);
  }
  const { proposing = 1, searching = 1, finalPick = 0, test = 0 } = shares ?? {};
  for (const [field, value] of Object.entries({ proposing, searching, finalPick, test })) {
    if (!(value >= 0 && value <= 1)) throw refused(`limits.shares.${field} must be from 0 to 1, but is ${value}`);
  }
  if (finalPick + test >= 1) throw refused('limits.shares must leave something to the search, but finalPick and test do not');
}

function refused(message: string): RequestRefusedError {
  return new RequestRefusedError('bad-input', message);
}
