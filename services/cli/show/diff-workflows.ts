import { structuredPatch } from 'diff';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { workflowFileText } from '../../shared/benchmarks/workflow-file-text.ts';
import { plainText } from './plain-text.ts';

const linesAround = 3;

/** How two workflows differ as files, in the form of `diff -u` without its header; "" for equal ones. */
export function diffWorkflows(before: Workflow, after: Workflow): string {
  const { hunks } = structuredPatch('', '', workflowFileText(before), workflowFileText(after), '', '', { context: linesAround });
  return hunks
    .map(({ oldStart, oldLines, newStart, newLines, lines }) =>
      [`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`, ...lines.map(plainText)].join('\n'),
    )
    .join('\n');
}
