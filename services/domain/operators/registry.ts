import { answerGenerate } from './answer-generate.ts';
import { custom } from './custom.ts';
import { customCodeGenerate } from './custom-code-generate.ts';
import { format } from './format.ts';
import { mdEnsemble } from './md-ensemble.ts';
import type { Operator } from './operator.ts';
import { programmer } from './programmer.ts';
import { review } from './review.ts';
import { revise } from './revise.ts';
import { scEnsemble } from './sc-ensemble.ts';
import { test } from './test.ts';

/** Every operator there is. A new one is one entry here. */
const all: readonly Operator[] = [
  custom,
  answerGenerate,
  scEnsemble,
  review,
  revise,
  programmer,
  customCodeGenerate,
  test,
  format,
  mdEnsemble,
];

export type OperatorRegistry = ReadonlyMap<string, Operator>;

export const operators: OperatorRegistry = new Map(all.map((operator) => [operator.name, operator]));

/** @throws RangeError if there is no such operator */
export function findOperator(name: string): Operator {
  const operator = operators.get(name);
  if (operator === undefined)
    throw new RangeError(`There is no operator "${name}"; there are ${[...operators.keys()].join(', ')}.`);
  return operator;
}

/**
 * The operators that a benchmark allows.
 * @throws RangeError if there is none of a name
 */
export function selectOperators(names: readonly string[]): OperatorRegistry {
  return new Map(names.map((name) => [name, findOperator(name)]));
}
