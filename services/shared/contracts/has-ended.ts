import { RunStatus } from './generated/scale/v1/control.ts';

/** Whether a run with this status is over, as the domain's isOver says of a run's state. */
export function hasEnded(status: RunStatus): boolean {
  return status === RunStatus.COMPLETED || status === RunStatus.CANCELLED || status === RunStatus.FAILED;
}
