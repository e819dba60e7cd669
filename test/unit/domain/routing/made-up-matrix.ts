import { randomStream } from '../../../../services/domain/random.ts';
import type { RoutingMatrix, Trial } from '../../../../services/domain/routing/routing-matrix.ts';

export interface MadeUp {
  readonly seed: number;
  readonly queries: number;
  /** Of each workflow: success on easy and on hard queries, and what an answer costs. */
  readonly workflows: readonly { readonly easy: number; readonly hard: number; readonly cost: number }[];
  readonly executions: number;
  /** Four words in ten tell whether a query is hard. */
  readonly textsTell: boolean;
  /** How often a wrong answer is one and the same wrong answer. */
  readonly sameWrong: number;
}

/**
 * Four queries in ten are hard. Right answers agree; wrong ones as often as is asked for. All are equally long, so that a length
 * tells nothing.
 */
export function madeUpMatrix({ seed, queries, workflows, executions, textsTell, sameWrong }: MadeUp): RoutingMatrix {
  const random = randomStream(seed, 'made-up-matrix');
  const hard = Array.from({ length: queries }, () => random.next() < 0.4);
  const letter = (): string => String.fromCharCode(97 + Math.floor(random.next() * 12));
  const word = (isHard: boolean): string => `${textsTell && random.next() < 0.4 ? (isHard ? 'h' : 'e') : 'x'}${letter()}`;
  const trial = (success: number, cost: number): Trial => {
    const right = random.next() < success;
    const wrong = random.next() < sameWrong ? 'wrong 000' : `wrong ${100 + Math.floor(random.next() * 900)}`;
    return { score: right ? 1 : 0, cost: cost * (0.8 + 0.4 * random.next()), answer: right ? 'right 000' : wrong };
  };
  return {
    queries: hard.map((isHard, place) => ({ id: `q${place}`, text: Array.from({ length: 12 }, () => word(isHard)).join(' ') })),
    workflows: workflows.map((each, place) => ({
      ...{ name: `round ${place + 1}`, hash: `hash-${place}` },
      trials: hard.map((isHard) => Array.from({ length: executions }, () => trial(isHard ? each.hard : each.easy, each.cost))),
    })),
  };
}

/** Right or wrong by query, once each, for worked examples. */
export function plainMatrix(rows: Readonly<Record<string, { readonly scores: readonly number[]; readonly cost: number }>>) {
  const [first] = Object.values(rows);
  const queries = (first?.scores ?? []).map((_, place) => ({ id: `q${place}`, text: `query ${place}` }));
  const workflows = Object.entries(rows).map(([name, { scores, cost }]) => ({
    ...{ name, hash: name },
    trials: scores.map((score): Trial[] => [{ score, cost, answer: score === 1 ? 'right' : name }]),
  }));
  return { queries, workflows } satisfies RoutingMatrix;
}
