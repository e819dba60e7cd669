import { allSteps, type WorkflowDocument } from './workflow-document.ts';

/** Ways in which optimizer models break a workflow. Each takes the document and how it would be written, and gives the broken reply. */
export type Breakage = (
  document: WorkflowDocument,
  write: (document: WorkflowDocument) => string,
  modification: string,
) => string;

const change =
  (spoil: (document: WorkflowDocument) => void): Breakage =>
  (document, write, modification) => {
    const broken = structuredClone(document);
    spoil(broken);
    return reply(modification, write(broken));
  };

const namesMissingPrompt = change((document) => {
  const call = allSteps(document.steps).find((step) => step.call === 'custom') ?? document.steps[0];
  if (call !== undefined) call.with = { ...call.with, instruction: 'SOLVE_PROMPT' };
});

const namesUnknownOperator = change((document) => {
  const call = allSteps(document.steps).find((step) => step.call !== undefined);
  if (call !== undefined) call.call = 'programmer';
});

const namesUnknownInput = change((document) => {
  const call = allSteps(document.steps).find((step) => step.call !== undefined);
  if (call !== undefined) call.with = { ...call.with, context: '{{ query.question }}' };
});

const namesUnknownStep = change((document) => {
  const end = document.steps.at(-1);
  if (end?.return !== undefined) end.return = '{{ final_answer.response }}';
});

const forgetsReturn = change((document) => {
  document.steps = document.steps.filter((step) => step.return === undefined);
});

const writesBadYaml: Breakage = (document, write, modification) =>
  reply(modification, `${write(document)}\n  - id: extra\n call: custom\n   with: {input: {{ query.question }}`);

const writesPython: Breakage = (_document, _write, modification) =>
  `<modification>${modification}</modification>\n<graph>\nclass Workflow:\n    async def __call__(self, problem: str):\n        return await self.custom(input=problem)\n</graph>`;

const forgetsModification: Breakage = (document, write) => `<workflow>\n${write(document)}\n</workflow>`;

export const breakages: readonly Breakage[] = [
  namesMissingPrompt,
  namesMissingPrompt,
  namesUnknownOperator,
  namesUnknownInput,
  namesUnknownStep,
  forgetsReturn,
  writesBadYaml,
  writesBadYaml,
  writesPython,
  forgetsModification,
];

export function reply(modification: string, workflow: string): string {
  return `<modification>${modification}</modification>\n<workflow>\n${workflow.trim()}\n</workflow>`;
}
