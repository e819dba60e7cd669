import { ScaleError } from '../errors/scale-error.ts';
import { confidence } from './confidence.ts';
import { constant } from './constant.ts';
import { difference } from './difference.ts';
import type { EvaluationMethod } from './evaluation-method.ts';
import { fewShot } from './few-shot.ts';
import { full } from './full.ts';
import { predicted } from './predicted.ts';
import { rasch } from './rasch.ts';
import { scale } from './scale.ts';
import { weighted } from './weighted.ts';

export type EvaluationMethods = ReadonlyMap<string, EvaluationMethod>;

/** Methods by the name that `evaluation.method` uses. */
export function methodsByName(methods: readonly EvaluationMethod[]): EvaluationMethods {
  return new Map(methods.map((method) => [method.name, method]));
}

/** Every evaluation method there is. A new one is one line here; planNextStep and replay take a registry with more. */
export const evaluationMethods: EvaluationMethods = methodsByName([
  full,
  predicted,
  fewShot,
  confidence,
  constant,
  scale,
  weighted,
  difference,
  rasch,
]);

export class UnknownEvaluationMethodError extends ScaleError {
  readonly kind = 'bad-input';
  readonly method: string;

  constructor(method: string, methods: EvaluationMethods) {
    super(`evaluation.method: there is no method "${method}"; use one of ${[...methods.keys()].join(', ')}`);
    this.method = method;
  }
}

/** @throws UnknownEvaluationMethodError */
export function evaluationMethodNamed(name: string, methods: EvaluationMethods = evaluationMethods): EvaluationMethod {
  const method = methods.get(name);
  if (method === undefined) throw new UnknownEvaluationMethodError(name, methods);
  return method;
}
