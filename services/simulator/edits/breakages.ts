import type { Task } from './task.ts';
import { allSteps, type StepDocument, type WorkflowDocument } from './workflow-document.ts';

/** What an optimizer model would reply, before it is broken. */
export interface Draft {
  readonly document: WorkflowDocument;
  readonly modification: string;
  readonly task: Task;
  readonly write: (document: WorkflowDocument) => string;
}

/** Ways in which optimizer models break a workflow. Each gives the broken reply. */
export type Breakage = (draft: Draft) => string;

type Spoil = (document: WorkflowDocument, task: Task) => void;

const change =
  (spoil: Spoil): Breakage =>
  ({ document, modification, task, write }) => {
    const broken = structuredClone(document);
    spoil(broken, task);
    return reply(modification, write(broken));
  };

const firstCall = (document: WorkflowDocument): StepDocument | undefined =>
  allSteps(document.steps).find((step) => step.call !== undefined);

const namesMissingPrompt: Spoil = (document) => {
  const call = allSteps(document.steps).find((step) => step.call === 'custom') ?? document.steps[0];
  if (call !== undefined) call.with = { ...call.with, instruction: 'SOLVE_PROMPT' };
};

/** Operators of other benchmarks, and some that do not exist. */
const strangeOperators = ['programmer', 'test', 'web_search'];

const namesUnknownOperator = change((document, { operators }) => {
  const call = firstCall(document);
  if (call !== undefined) call.call = strangeOperators.find((operator) => !operators.has(operator)) ?? 'web_search';
});

const namesUnknownInput = change((document) => {
  const call = firstCall(document);
  if (call !== undefined) call.with = { ...call.with, temperature: '0.2' };
});

const forgetsInput = change((document) => {
  const call = firstCall(document);
  if (call !== undefined) delete call.with;
});

const namesUnknownField: Spoil = (document) => {
  const call = firstCall(document);
  const [input] = Object.keys(call?.with ?? {}).filter((name) => name !== 'instruction');
  if (call?.with !== undefined && input !== undefined) call.with[input] = '{{ query.text }}';
};

const samplesTooMuch = change((document) => {
  const call = firstCall(document);
  if (call !== undefined)
    document.steps.unshift({ id: 'many', parallel: 50, steps: [{ ...call, id: 'one' }], yield: '{{ one }}' });
});

const namesUnknownStep: Spoil = (document) => {
  const end = document.steps.at(-1);
  if (end?.return !== undefined) end.return = '{{ final_answer.response }}';
};

const forgetsReturn = change((document) => {
  document.steps = document.steps.filter((step) => step.return === undefined);
});

const writesBadYaml: Breakage = ({ document, write, modification }) =>
  reply(modification, `${write(document)}\n  - id: extra\n call: custom\n   with: {input: {{ query.question }}`);

const writesPython: Breakage = ({ modification }) =>
  `<modification>${modification}</modification>\n<graph>\nclass Workflow:\n    async def __call__(self, problem: str):\n        return await self.custom(input=problem)\n</graph>`;

const forgetsModification: Breakage = ({ document, write }) => `<workflow>\n${write(document)}\n</workflow>`;

export const breakages: readonly Breakage[] = [
  change(namesMissingPrompt),
  change(namesMissingPrompt),
  namesUnknownOperator,
  namesUnknownInput,
  forgetsInput,
  change(namesUnknownField),
  samplesTooMuch,
  change(namesUnknownStep),
  forgetsReturn,
  writesBadYaml,
  writesBadYaml,
  writesPython,
  forgetsModification,
];

function namesMissingPromptOfCustom(document: WorkflowDocument, task: Task): void {
  if (allSteps(document.steps).some((step) => step.call === 'custom')) namesMissingPrompt(document, task);
}

/** What no schema prevents, as often among all breakages as above; undefined where the schema has prevented one. */
export const breakagesUnderSchema: readonly (Spoil | undefined)[] = [
  namesMissingPromptOfCustom,
  namesMissingPromptOfCustom,
  namesUnknownField,
  namesUnknownStep,
  ...Array.from({ length: breakages.length - 4 }, () => undefined),
];

export function reply(modification: string, workflow: string): string {
  return `<modification>${modification}</modification>\n<workflow>\n${workflow.trim()}\n</workflow>`;
}
