import { type RunManifest, RunStatus } from './generated/scale/v1/control.ts';
import { hasEnded } from './has-ended.ts';

/**
 * Whether the log and the account of a run are closed. One that was cancelled has ended for whoever works on it, but somebody
 * must still drive it to that, also where whoever did died in between.
 */
export function isSettled({ status, summary }: Pick<RunManifest, 'status' | 'summary'>): boolean {
  return hasEnded(status) && (status !== RunStatus.CANCELLED || summary !== undefined);
}
