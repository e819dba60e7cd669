import { defineConfig } from 'vitest/config';

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
    projects: [
      project('unit', 0, { testTimeout: 30_000 }),
      project('contract', 1, { testTimeout: 60_000, hookTimeout: 60_000 }),
      project('simulation', 1, { testTimeout: 120_000 }),
      project('integration', 2, { testTimeout: 120_000, hookTimeout: 60_000 }),
      // Each file starts whole clusters, which wait more than they compute: two at a time.
      project('e2e', 3, { testTimeout: 300_000, hookTimeout: 120_000, maxWorkers: 2 }),
      // Faults on real processes. With SCALE_CHAOS=all each fault by itself too, which takes half an hour.
      project('chaos', 3, {
        ...{ testTimeout: 300_000, hookTimeout: 120_000, maxWorkers: 2 },
        include: process.env.SCALE_CHAOS === 'all' ? ['test/chaos/**/*.test.ts'] : ['test/chaos/*.test.ts'],
      }),
      // On the container engine of this machine; skipped where none runs.
      project('container', 4, { testTimeout: 300_000, hookTimeout: 600_000, maxWorkers: 1 }),
    ],
  },
});
