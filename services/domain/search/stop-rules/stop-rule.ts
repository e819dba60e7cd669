import type { StopReason } from '../../run/event.ts';
import type { RunState } from '../../run/state.ts';

/** Asked between rounds: why the search should end now, or undefined to continue. */
export type StopRule = (state: RunState) => StopReason | undefined;

/** The first rule that says stop. */
export function anyOf(...rules: readonly StopRule[]): StopRule {
  return (state) => {
    for (const rule of rules) {
      const reason = rule(state);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}
