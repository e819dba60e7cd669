import { RunStatus } from '../contracts/generated/scale/v1/control.ts';

const statusNames = new Map<RunStatus, string>([
  [RunStatus.RUNNING, 'running'],
  [RunStatus.PAUSED, 'paused'],
  [RunStatus.COMPLETED, 'completed'],
  [RunStatus.CANCELLED, 'cancelled'],
  [RunStatus.FAILED, 'failed'],
]);

export function statusName(status: RunStatus): string {
  return statusNames.get(status) ?? 'unknown';
}
