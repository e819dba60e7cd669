import type { RunState } from './state.ts';

/** Nothing more can be added to the log. */
export function isOver({ status }: Pick<RunState, 'status'>): boolean {
  return status === 'completed' || status === 'cancelled' || status === 'failed';
}
