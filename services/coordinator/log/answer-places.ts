import { defined } from '../../domain/defined.ts';
import { answerKey, type ExecutionPlace, type OutcomeTexts } from '../../domain/prompts/build-proposal-prompt.ts';
import type { RunEvent } from '../../domain/run/event.ts';
import type { RunState } from '../../domain/run/state.ts';
import { decodeEvent } from '../../shared/contracts/event-codec.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { LogLostError } from '../../shared/messaging/errors.ts';

/** Where in the log the outcomes of each round are, so that an answer can be read when it is asked for. */
export interface AnswerPlaces {
  /** An event that the log has at this sequence. @param state after it */
  note(event: RunEvent, state: RunState, sequence: number): void;
  /** The sequence of the entry with the round's outcome at this place, and the place in that entry; undefined for a canary's. */
  find(round: number, place: number): { readonly sequence: number; readonly offset: number } | undefined;
  /** By round: the place of the first outcome of each entry, and the entry's sequence. */
  readonly byRound: ReadonlyMap<number, readonly EntryPlace[]>;
}

/** The place of an entry's first outcome among the round's, how many it has, and its sequence. */
export type EntryPlace = readonly [first: number, count: number, sequence: number];

export function createAnswerPlaces(known: Iterable<readonly [number, readonly EntryPlace[]]> = []): AnswerPlaces {
  const byRound = new Map<number, EntryPlace[]>();
  for (const [round, places] of known) byRound.set(round, [...places]);
  return {
    byRound,
    note(event, state, sequence) {
      if (event.kind !== 'executions-completed') return;
      const { round, outcomes } = event;
      const places = byRound.get(round) ?? [];
      byRound.set(round, places);
      places.push([(state.rounds[round - 1]?.outcomes.length ?? 0) - outcomes.length, outcomes.length, sequence]);
    },
    find(round, place) {
      const entry = byRound.get(round)?.find(([first, count]) => place >= first && place < first + count);
      return entry && { sequence: entry[2], offset: place - entry[0] };
    },
  };
}

/** @throws LogLostError if the log no longer has what it had */
export async function readAnswers(
  { log }: Pick<Bus, 'log'>,
  runId: string,
  { rounds }: Pick<RunState, 'rounds'>,
  places: AnswerPlaces,
  wanted: readonly ExecutionPlace[],
): Promise<ReadonlyMap<string, OutcomeTexts>> {
  const read = async ({ round, queryIndex, repeat }: ExecutionPlace): Promise<OutcomeTexts> => {
    const { outcomes = [], canary } = rounds[round - 1] ?? {};
    const isIt = (outcome: { readonly queryIndex: number; readonly repeat: number } | undefined): boolean =>
      outcome?.queryIndex === queryIndex && outcome.repeat === repeat;
    // Not as a list of objects, which would be one of thousands for each answer that is wanted, all at the same moment.
    const found = places.find(round, outcomes.findIndex(isIt));
    if (found === undefined && isIt(canary)) return textsOf(canary);
    const operation = `read the answer to query ${queryIndex} in round ${round} of ${runId}`;
    if (found === undefined) throw new LogLostError(operation);
    const entry = await log.at(runId, found.sequence);
    const event = entry && decodeEvent(entry.entry).event;
    const outcome = event?.kind === 'executions-completed' ? event.outcomes[found.offset] : undefined;
    if (event?.kind !== 'executions-completed' || event.round !== round || !isIt(outcome)) throw new LogLostError(operation);
    return textsOf(outcome);
  };
  return new Map(await Promise.all(wanted.map(async (place) => [answerKey(place), await read(place)] as const)));
}

function textsOf(outcome: OutcomeTexts | undefined): OutcomeTexts {
  return { answer: outcome?.answer ?? '', ...defined({ feedback: outcome?.feedback }) };
}
