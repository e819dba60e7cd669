import { type Registry, registryOf } from '../names/registry.ts';
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

export type EvaluationMethods = Registry<EvaluationMethod>;

/** Every evaluation method there is. A new one is one line here; planNextStep and replay take a registry with more. */
export const evaluationMethods: EvaluationMethods = registryOf('evaluation method', [
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
