import type { EvaluationMethod } from './evaluation-method.ts';
import { fewShot } from './few-shot.ts';
import { full } from './full.ts';
import { predicted } from './predicted.ts';
import { scale } from './scale.ts';

/** Every evaluation method there is, by the name that `evaluation.method` uses. A new one is one line here. */
export const evaluationMethods: ReadonlyMap<string, EvaluationMethod> = new Map(
  [full, predicted, fewShot, scale].map((method) => [method.name, method]),
);

export class UnknownEvaluationMethodError extends Error {
  override readonly name = 'UnknownEvaluationMethodError';
  readonly method: string;

  constructor(method: string) {
    super(`evaluation.method: there is no method "${method}"; use one of ${[...evaluationMethods.keys()].join(', ')}`);
    this.method = method;
  }
}

/** @throws UnknownEvaluationMethodError */
export function evaluationMethodNamed(name: string): EvaluationMethod {
  const method = evaluationMethods.get(name);
  if (method === undefined) throw new UnknownEvaluationMethodError(name);
  return method;
}
