import { defined } from '../../defined.ts';
import type { Failure } from '../../failure.ts';
import type { ExecutionOutcome } from '../event.ts';
import type { TokenUse } from '../ledger/token-use.ts';

/** What a state keeps of an execution: all but the texts, which are long, decide nothing, and stay in the log. */
export type KeptOutcome = Omit<ExecutionOutcome, 'answer' | 'feedback'>;

/** What the calls of most executions have in common. */
type UseKind = Omit<TokenUse, 'calls' | 'usage'>;

/** The content of columns as plain values: one for each outcome, or for each of the outcomes' uses, one after another. */
export interface ColumnValues {
  readonly queryIndexes: Uint32Array;
  readonly repeats: Uint32Array;
  readonly scores: Float64Array;
  /** Uses of the outcomes up to and including this one. */
  readonly useEnds: Uint32Array;
  /** Places in `kinds`. */
  readonly useKinds: Uint32Array;
  readonly calls: Float64Array;
  /** Prompt, completion, cached and reasoning tokens. */
  readonly usages: Float64Array;
  readonly kinds: readonly UseKind[];
  /** With the place of the outcome. */
  readonly failures: readonly (readonly [number, Failure])[];
  readonly otherScores: readonly (readonly [number, Readonly<Record<string, number>>])[];
}

export interface OutcomeColumns {
  readonly length: number;
  push(outcome: KeptOutcome): void;
  /** @param place below the length */
  at(place: number): KeptOutcome;
  /** The first so many. */
  values(length: number): ColumnValues;
}

/** Outcomes without objects: some 70 bytes each, where an object with its tokens takes 250 and its answer up to 800 more. */
export function createOutcomeColumns(from?: ColumnValues): OutcomeColumns {
  const queryIndexes = createColumn(Uint32Array, from?.queryIndexes);
  const repeats = createColumn(Uint32Array, from?.repeats);
  const scores = createColumn(Float64Array, from?.scores);
  const useEnds = createColumn(Uint32Array, from?.useEnds);
  const useKinds = createColumn(Uint32Array, from?.useKinds);
  const calls = createColumn(Float64Array, from?.calls);
  const usages = createColumn(Float64Array, from?.usages);
  const kinds = [...(from?.kinds ?? [])];
  const kindPlaces = new Map(kinds.map((kind, place) => [JSON.stringify(kind), place]));
  const failures = new Map(from?.failures);
  const otherScores = new Map(from?.otherScores);
  // Equal failures are one object: a workflow that is broken fails in the same way each time.
  const known = new Map<string, Failure>();

  const pushUse = ({ calls: count, usage, ...kind }: TokenUse): void => {
    const name = JSON.stringify(kind);
    const place = kindPlaces.get(name) ?? kinds.push(kind) - 1;
    kindPlaces.set(name, place);
    useKinds.push(place);
    calls.push(count);
    const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = usage;
    for (const tokens of [promptTokens, completionTokens, cachedTokens, reasoningTokens]) usages.push(tokens);
  };
  const useAt = (place: number): TokenUse => ({
    ...(kinds[useKinds.at(place)] as UseKind),
    calls: calls.at(place),
    usage: {
      promptTokens: usages.at(4 * place),
      completionTokens: usages.at(4 * place + 1),
      cachedTokens: usages.at(4 * place + 2),
      reasoningTokens: usages.at(4 * place + 3),
    },
  });
  return {
    get length() {
      return scores.length();
    },
    push({ queryIndex, repeat, score, failure, otherScores: others, tokens }) {
      const place = scores.length();
      for (const use of tokens) pushUse(use);
      if (failure !== undefined) {
        const name = JSON.stringify(failure);
        const same = known.get(name) ?? failure;
        known.set(name, same);
        failures.set(place, same);
      }
      if (others !== undefined) otherScores.set(place, others);
      queryIndexes.push(queryIndex);
      repeats.push(repeat);
      useEnds.push(useKinds.length());
      scores.push(score);
    },
    at(place) {
      const end = useEnds.at(place);
      const tokens: TokenUse[] = [];
      for (let use = place === 0 ? 0 : useEnds.at(place - 1); use < end; use += 1) tokens.push(useAt(use));
      const [queryIndex, repeat, score] = [queryIndexes.at(place), repeats.at(place), scores.at(place)];
      const [failure, others] = [failures.get(place), otherScores.get(place)];
      // Of most outcomes there is nothing more to say.
      if (failure === undefined && others === undefined) return { queryIndex, repeat, score, tokens };
      return { queryIndex, repeat, score, ...defined({ failure, otherScores: others }), tokens };
    },
    values(length) {
      const uses = length === 0 ? 0 : useEnds.at(length - 1);
      return {
        queryIndexes: queryIndexes.first(length),
        repeats: repeats.first(length),
        scores: scores.first(length),
        useEnds: useEnds.first(length),
        useKinds: useKinds.first(uses),
        calls: calls.first(uses),
        usages: usages.first(4 * uses),
        kinds: [...kinds],
        failures: [...failures].filter(([place]) => place < length),
        otherScores: [...otherScores].filter(([place]) => place < length),
      };
    },
  };
}

interface Column<Numbers> {
  length(): number;
  push(value: number): void;
  at(place: number): number;
  /** A copy. */
  first(length: number): Numbers;
}

const firstRoom = 32;

/** Grows by half when it is full. */
function createColumn<Numbers extends Uint32Array | Float64Array>(
  kind: new (room: number) => Numbers,
  from: Numbers = new kind(0),
): Column<Numbers> {
  let numbers = from.slice() as Numbers;
  let length = numbers.length;
  return {
    length: () => length,
    push(value) {
      if (length === numbers.length) {
        const wider = new kind(Math.max(firstRoom, Math.ceil(1.5 * length)));
        wider.set(numbers);
        numbers = wider;
      }
      numbers[length] = value;
      length += 1;
    },
    at: (place) => numbers[place] as number,
    first: (count) => numbers.slice(0, count) as Numbers,
  };
}
