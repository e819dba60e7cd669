import { type Registry, registryOf } from '../../domain/names/registry.ts';
import { agreement } from './agreement.ts';
import { alpha } from './alpha.ts';
import { coverage } from './coverage.ts';
import type { Experiment } from './experiment.ts';
import { feedback } from './feedback.ts';
import { fewShotRatio } from './few-shot-ratio.ts';
import { methods } from './methods.ts';
import { optimizer } from './optimizer.ts';
import { parallelism } from './parallelism.ts';
import { repeats } from './repeats.ts';
import { transfer } from './transfer.ts';
import { warmUp } from './warm-up.ts';

/** Experiments by name, in the order in which --help lists them. A new one is one file next to this one and one entry here. */
export const experiments: Registry<Experiment> = registryOf('experiment', [
  coverage,
  methods,
  agreement,
  warmUp,
  fewShotRatio,
  alpha,
  transfer,
  repeats,
  optimizer,
  parallelism,
  feedback,
]);
