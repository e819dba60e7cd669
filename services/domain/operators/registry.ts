import { type Registry, registryOf } from '../names/registry.ts';
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

/** The operators that a workflow may use, by name. */
export type OperatorRegistry = ReadonlyMap<string, Operator>;

/** Every operator. A new one is one entry here. */
export const operators: Registry<Operator> = registryOf('operator', [
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
]);

/**
 * The operators that a benchmark allows.
 * @throws UnknownNameError
 */
export function selectOperators(names: readonly string[]): OperatorRegistry {
  return new Map(names.map((name) => [name, operators.named(name)]));
}
