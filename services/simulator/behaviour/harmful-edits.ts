import { callsOf } from './workflow-document.ts';
import { addSentence, type WorkflowEdit } from './workflow-edit.ts';

const answersOnly: WorkflowEdit = {
  descriptions: [
    'Ask for only the answer without explanation, to save tokens and avoid stray numbers.',
    'Forbid working in the reply, since long texts seem to confuse the scorer.',
  ],
  weight: 1.5,
  apply: (document) => addSentence(document, /only the (final )?number/i, 'Give only the final number, no explanation.'),
};

const spellsNumbers: WorkflowEdit = {
  descriptions: [
    'Let the model spell the final number out in words, which makes it think about its size.',
    'Ask for the answer in words, so that no digit is mistyped.',
  ],
  weight: 1,
  apply: (document) => addSentence(document, /in words/i, 'Write the final answer in words, not in digits.'),
};

const cutsThePrompt: WorkflowEdit = {
  descriptions: [
    'Shorten the prompt to its core, so that the model is not distracted.',
    'Remove what seems superfluous from the prompt, as simple instructions work best.',
  ],
  weight: 1.5,
  apply: (document) => {
    const [name, text] = Object.entries(document.prompts)[0] ?? [];
    if (name === undefined || text === undefined || text.length < 40) return false;
    document.prompts[name] = text.slice(0, 18).trimEnd();
    return true;
  },
};

const losesTheQuestion: WorkflowEdit = {
  descriptions: [
    'Name the problem in the prompt alone, to make the input shorter.',
    'Give the model the instruction as its only input, since the question is clear from the task.',
  ],
  weight: 1,
  apply: (document) => {
    const solvers = callsOf(document, 'custom');
    for (const solver of solvers) solver.with = { ...solver.with, input: 'the problem of this task' };
    return solvers.length > 0;
  },
};

export const harmfulEdits: readonly WorkflowEdit[] = [answersOnly, spellsNumbers, cutsThePrompt, losesTheQuestion];
