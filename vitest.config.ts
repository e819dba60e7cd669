import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

// Tests start some hundreds of processes, each of which would compile all that it loads: more than half of what a start costs.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/node');

/** Of files that start servers or whole clusters, which wait more than they compute. */
const atOnce = 3;

// Groups run one after another, the fast ones first: real servers have real deadlines, which a busy machine would break.
// What a test waits for takes as long as it takes: each limit is for what never comes.
const project = (name: string, groupOrder: number, settings: Record<string, unknown> & { readonly testTimeout: number }) => ({
  test: {
    ...{ name, include: [`test/${name}/**/*.test.ts`], sequence: { groupOrder } },
    expect: { poll: { timeout: settings.testTimeout / 2 } },
    ...settings,
  },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // They leave nothing behind, and so share their processes: a new one for each file would cost more than half of them takes.
      project('unit', 0, { testTimeout: 120_000, isolate: false }),
      project('simulation', 0, { testTimeout: 300_000 }),
      project('contract', 1, { testTimeout: 240_000, hookTimeout: 240_000, maxWorkers: atOnce }),
      project('integration', 2, { testTimeout: 240_000, hookTimeout: 240_000, maxWorkers: atOnce }),
      project('e2e', 3, { testTimeout: 300_000, hookTimeout: 300_000, maxWorkers: atOnce }),
      // Faults on real processes. With SCALE_CHAOS=all each fault by itself too, which takes half an hour.
      project('chaos', 3, {
        ...{ testTimeout: 300_000, hookTimeout: 300_000, maxWorkers: atOnce },
        include: process.env.SCALE_CHAOS === 'all' ? ['test/chaos/**/*.test.ts'] : ['test/chaos/*.test.ts'],
      }),
      // On the container engine of this machine; skipped where none runs.
      project('container', 4, { testTimeout: 300_000, hookTimeout: 600_000, maxWorkers: 1 }),
    ],
  },
});
