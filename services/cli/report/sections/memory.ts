import { describeMemory } from '../words.ts';
import type { RunSection } from './run-section.ts';

export const memory: RunSection = (report) => {
  if (report.memory === undefined) return undefined;
  return {
    id: 'memory',
    title: 'Memory',
    filesOnly: true,
    blocks: [
      { kind: 'text', text: `What the search started from: ${describeMemory(report)}.` },
      {
        kind: 'table',
        of: 'run',
        columns: [
          { name: 'workflows' },
          { name: 'executions' },
          { name: 'model', text: true },
          { name: 'evaluated by', text: true },
        ],
        rows: report.memory.runs.map(({ runId, workflows, executions, models, methods }) => ({
          name: runId,
          cells: [
            { unit: 'count', value: workflows },
            { unit: 'count', value: executions },
            models.join(', '),
            methods.join(', '),
          ],
        })),
      },
    ],
  };
};
