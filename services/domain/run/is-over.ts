import type { RunState } from './state.ts';

/** Nothing can follow in the log. */
export function isOver({ status }: Pick<RunState, 'status'>): boolean {
  return status === 'completed' || status === 'cancelled' || status === 'failed';
}
