import { answerEdits } from './answer-edits.ts';
import { ensembleEdits } from './ensemble-edits.ts';
import { programEdits } from './program-edits.ts';
import { promptEdits } from './prompt-edits.ts';
import type { WorkflowEdit } from './workflow-edit.ts';

/** Edits that help, or at least do no harm to speak of. */
export const helpfulEdits: readonly WorkflowEdit[] = [...promptEdits, ...ensembleEdits, ...answerEdits, ...programEdits];
