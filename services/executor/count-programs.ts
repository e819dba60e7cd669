import type { CodeRunner } from '../domain/ports.ts';
import type { createSandboxMetrics } from '../shared/telemetry/worker-metrics.ts';

/** A runner that counts its programs; one that could not be run, since the sandbox is broken, has no verdict. */
export function countPrograms(code: CodeRunner, metrics: ReturnType<typeof createSandboxMetrics>): CodeRunner {
  return {
    run: async (program, signal) => {
      const verdict = await code.run(program, signal);
      metrics.programs.inc({ verdict: verdict.kind });
      metrics.cpuSeconds.inc(verdict.cpuMs / 1000);
      return verdict;
    },
  };
}
