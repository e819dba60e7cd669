import { memoryOf } from '../run/memory.ts';
import type { RunState } from '../run/state.ts';
import type { MemoryReport } from './report-model.ts';

/** Where the run's memory came from; undefined for a run without memory. */
export function reportMemory(state: RunState): MemoryReport | undefined {
  const rows = state.memory;
  if (rows === undefined) return undefined;
  const runs = [...Map.groupBy(rows, ({ runId }) => runId)].map(([runId, own]) => ({
    runId,
    workflows: own.length,
    executions: own.reduce((sum, { queries }) => sum + queries.length, 0),
    models: [...new Set(own.map(({ model }) => model))],
    methods: [...new Set(own.map(({ method }) => method))],
  }));
  return {
    workflows: rows.length,
    executions: runs.reduce((sum, { executions }) => sum + executions, 0),
    simulated: rows.some(({ simulated }) => simulated),
    used: memoryOf(state).length > 0,
    runs,
  };
}
