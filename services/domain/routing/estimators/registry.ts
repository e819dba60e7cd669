import { type Registry, registryOf } from '../../names/registry.ts';
import type { FailureEstimator } from '../failure-estimator.ts';
import { agreement } from './agreement.ts';
import { answerLength } from './answer-length.ts';
import { difficulty } from './difficulty.ts';
import { neighbours } from './neighbours.ts';
import { verifier } from './verifier.ts';

/** Every estimate of failure there is, by name. A new one is one line here. */
export const failureEstimators: Registry<FailureEstimator> = registryOf('estimate of failure', [
  neighbours,
  difficulty,
  answerLength,
  agreement,
  verifier,
]);
