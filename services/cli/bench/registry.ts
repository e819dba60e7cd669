import { type Registry, registryOf } from '../../domain/names/registry.ts';
import type { Bench } from './bench.ts';
import { busBench } from './bus.ts';
import { errorsBench } from './errors.ts';
import { executorBench } from './executor.ts';
import { growthBench } from './growth.ts';
import { limitsBench } from './limits.ts';
import { makespanBench } from './makespan.ts';
import { replayBench } from './replay.ts';
import { resumeBench } from './resume.ts';
import { sandboxBench } from './sandbox.ts';
import { saturationBench } from './saturation.ts';
import { scaleOutBench } from './scale-out.ts';
import { startBench } from './start.ts';

/** Every bench there is. A new one is one file and one line here. */
export const benches: Registry<Bench> = registryOf('bench', [
  busBench,
  errorsBench,
  executorBench,
  growthBench,
  limitsBench,
  makespanBench,
  replayBench,
  resumeBench,
  sandboxBench,
  saturationBench,
  scaleOutBench,
  startBench,
]);
