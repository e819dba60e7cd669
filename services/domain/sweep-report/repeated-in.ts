import { defined } from '../defined.ts';
import type { Failure } from '../failure.ts';
import type { Spent, SpentPart } from '../run/ledger/spent.ts';
import type { TokenUse } from '../run/ledger/token-use.ts';
import { totalUse } from '../run/ledger/totals.ts';
import type { RunState } from '../run/state.ts';
import type { Repeated } from './reported-cell.ts';

/** What a run did more than once, and why: the most frequent first. @param spent what became of its calls, if that is known */
export function repeatedIn(state: RunState, spent: Spent | undefined): readonly Repeated[] {
  const proposals = state.rounds.flatMap((round) => [...round.proposals, ...(round.queryProposals ?? [])]);
  const predictions = state.rounds.flatMap((round) => round.predictions);
  const parts: readonly (readonly [Repeated['what'], string, SpentPart | undefined])[] = [
    ['call', 'the reply was of no use', spent?.useless],
    ['call', 'it broke off, and its end was never seen', spent?.lost],
    ['job', 'it was done a second time', spent?.answeredAgain],
  ];
  return [
    ...parts.flatMap(([what, why, part]) =>
      part === undefined || part.calls === 0 ? [] : [{ what, why, count: part.calls, tokens: part.tokens }],
    ),
    ...refused('proposal', proposals),
    ...refused('prediction', predictions),
  ].sort((one, other) => other.count - one.count);
}

interface Turn {
  readonly failure?: Failure;
  readonly tokens?: TokenUse;
}

/** Each refused reply is one more turn, unless it was the last that the round had. */
function refused(what: Repeated['what'], turns: readonly Turn[]): Repeated[] {
  const failed = turns.filter(({ failure }) => failure !== undefined);
  return [...Map.groupBy(failed, ({ failure }) => failure?.kind ?? '')].map(([why, group]) => {
    const uses = group.flatMap(({ tokens }) => tokens ?? []);
    return { what, why, count: group.length, ...defined({ tokens: totalUse(uses).tokens }) };
  });
}
