import type { RunState } from '../../domain/run/state.ts';
import { RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';

const statuses = {
  running: RunStatus.RUNNING,
  paused: RunStatus.PAUSED,
  completed: RunStatus.COMPLETED,
  cancelled: RunStatus.CANCELLED,
  failed: RunStatus.FAILED,
} as const;

export function runStatusOf({ status }: Pick<RunState, 'status'>): RunStatus {
  return statuses[status];
}
