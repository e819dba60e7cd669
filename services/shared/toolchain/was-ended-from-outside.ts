import type { ChildProcess } from 'node:child_process';

/** Whether somebody has ended the process, such as a person or a system that runs out of memory, and not a fault of its own. */
export function wasEndedFromOutside({ signalCode }: Pick<ChildProcess, 'signalCode'>): boolean {
  return signalCode === 'SIGKILL' || signalCode === 'SIGTERM';
}
