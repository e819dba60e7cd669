import { stringify } from 'yaml';
import { toDocument } from '../../domain/workflow/to-document.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';

/** The workflow as a file that `scale validate` accepts and a run can start from. */
export function workflowFileText(workflow: Workflow): string {
  return stringify(toDocument(workflow), { lineWidth: 0 });
}
