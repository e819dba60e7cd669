import type { JobAccount } from '../../services/shared/worker/calls/job-account.ts';

/** For jobs of tests that are not about what their calls cost. */
export const noAccount: JobAccount = {
  begin: async () => ({ id: '', ended: () => undefined }),
  replayed: () => undefined,
  cached: () => '',
  settled: async () => undefined,
};
