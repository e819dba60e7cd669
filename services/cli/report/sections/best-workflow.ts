import { countOf } from '../../../domain/names/count-of.ts';
import type { Workflow } from '../../../domain/workflow/workflow.ts';
import { workflowFileText } from '../../../shared/benchmarks/workflow-file-text.ts';
import { formatScore } from '../../../shared/document/format.ts';
import type { RunSection } from './run-section.ts';

export const bestWorkflow: RunSection = ({ best }) => {
  if (best === undefined) return undefined;
  const { workflow, mermaid, round, score, method, lineage } = best;
  return {
    id: 'best',
    title: 'The best workflow',
    filesOnly: true,
    blocks: [
      { kind: 'text', text: `Round ${round}, ${formatScore(score)} (${method}). Its lineage: round ${lineage.join(' → ')}.` },
      {
        kind: 'beside',
        blocks: [
          { kind: 'workflow', id: 'best-workflow', title: 'The best workflow', description: describeSteps(workflow), workflow },
          { kind: 'listing', language: 'yaml', text: workflowFileText(workflow) },
          { kind: 'listing', language: 'mermaid', text: mermaid, folded: 'As Mermaid' },
        ],
      },
    ],
  };
};

function describeSteps({ steps }: Workflow): string {
  return `A workflow of ${countOf(steps.length, 'step')}; its text follows below.`;
}
