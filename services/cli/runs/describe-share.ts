import { countOf } from '../../domain/names/count-of.ts';
import type { CallShare } from '../../shared/contracts/generated/scale/v1/control.ts';

/** A share as the documents of --json show it. */
export function shareDocument({ weight, priority, atMost }: CallShare, team: string | undefined): Record<string, unknown> {
  return { weight: weight || 1, priority, atMost: atMost === 0 ? null : atMost, team: team ?? null };
}

/** E.g. "weight 2, priority 0, at most 8 calls in flight; of the team vision". */
export function describeShare({ weight, priority, atMost }: CallShare, team: string | undefined): string {
  const most = atMost === 0 ? '' : `, at most ${countOf(atMost, 'call')} in flight`;
  return `weight ${weight || 1}, priority ${priority}${most}${team === undefined ? '' : `; of the team ${team}`}`;
}
