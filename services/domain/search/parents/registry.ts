import { type Registry, registryOf } from '../../names/registry.ts';
import { different } from './different.ts';
import { drawn } from './drawn.ts';
import type { ParentSampling } from './parent-sampling.ts';
import { pareto } from './pareto.ts';

/** Every way to choose parents, by name. A new one is one line here. */
export const parentSamplings: Registry<ParentSampling> = registryOf('parent sampling', [drawn, different, pareto]);
