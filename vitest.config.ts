import { defineConfig } from 'vitest/config';

const project = (name: string, settings: Record<string, unknown> = {}) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 30_000, hookTimeout: 60_000, ...settings },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', { testTimeout: 10_000 }),
      project('contract'),
      project('simulation', { testTimeout: 120_000 }),
      project('integration', { testTimeout: 120_000 }),
      project('e2e', { testTimeout: 300_000, hookTimeout: 120_000 }),
    ],
  },
});
