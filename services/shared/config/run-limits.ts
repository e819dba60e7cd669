import { defined } from '../../domain/defined.ts';
import type { RunLimits } from '../contracts/generated/scale/v1/control.ts';
import type { LimitSettings } from './limits-table.ts';
import { untilTime } from './until-time.ts';

/** No limit at all: what is not said is not limited. */
export const noLimits: RunLimits = {
  ...{ tokens: 0, calls: 0, money: 0, durationMs: 0, untilMs: 0 },
  shares: undefined,
  ...{ stopReason: '', scopes: [], heldBy: '' },
};

/**
 * @param nowMs wall-clock time, from which a time of day is the next one
 * @returns or what is wrong with `until`, to follow the name of the setting
 */
export function runLimitsOf(settings: LimitSettings, nowMs: number): RunLimits | { readonly fault: string } {
  const { tokens = 0, calls = 0, money = 0, hours = 0, until, shares } = settings;
  const end = until === undefined ? { atMs: 0 } : untilTime(until, nowMs);
  if ('fault' in end) return end;
  const { proposing, searching, final_pick: finalPick, test } = shares ?? {};
  return {
    ...noLimits,
    ...{ tokens, calls, money, durationMs: Math.ceil(hours * 3_600_000), untilMs: end.atMs },
    shares: shares && { ...defined({ proposing, searching, finalPick, test }) },
  };
}
