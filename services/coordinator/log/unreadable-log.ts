import { kindOf } from '../../domain/errors/scale-error.ts';
import { ContractError } from '../../shared/contracts/contract-error.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';

/** For people: what is wrong with a log, and what would mend it. */
export interface UnreadableLog {
  readonly what: string;
  readonly until: string;
}

/** Undefined for an error that is not about what was stored. */
export function unreadableLog(error: unknown): UnreadableLog | undefined {
  if (kindOf(error) !== 'damaged') return undefined;
  const isLater = error instanceof ContractError && error.isOfLaterVersion;
  const until = isLater ? 'a coordinator of that version can' : '`scale restore` brings it back from a backup';
  return { what: `its log cannot be read: ${coerceError(error).message}`, until };
}
