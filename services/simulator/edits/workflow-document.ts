/**
 * A workflow's text form, decoded: what an optimizer reads and writes. Nothing here is checked; that is the other side's work.
 */
export interface WorkflowDocument {
  workflow: number;
  name?: string;
  description?: string;
  prompts: Record<string, string>;
  steps: StepDocument[];
}

export interface StepDocument {
  id?: string;
  call?: string;
  with?: Record<string, string>;
  return?: string;
  steps?: StepDocument[];
  then?: StepDocument[];
  else?: StepDocument[];
  [field: string]: unknown;
}

export function allSteps(steps: readonly StepDocument[]): StepDocument[] {
  return steps.flatMap((step) => [step, ...allSteps([...(step.steps ?? []), ...(step.then ?? []), ...(step.else ?? [])])]);
}

export function callsOf(document: WorkflowDocument, operator: string): StepDocument[] {
  return allSteps(document.steps).filter((step) => step.call === operator);
}

/** A name that is not taken yet: base, base2, base3 … */
export function freeName(base: string, taken: readonly (string | undefined)[]): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}${number}`;
    if (!taken.includes(name)) return name;
  }
}

export function freeId(document: WorkflowDocument, base: string): string {
  return freeName(
    base,
    allSteps(document.steps).map((step) => step.id),
  );
}

/** Adds a prompt and returns its name. */
export function addPrompt(document: WorkflowDocument, base: string, text: string): string {
  const name = freeName(base, Object.keys(document.prompts));
  document.prompts[name] = text;
  return name;
}

/** Which output of an operator answers the query, where it is not `response`. */
const answers: Readonly<Record<string, string>> = {
  answer_generate: 'answer',
  programmer: 'output',
  revise: 'solution',
  test: 'solution',
  format: 'solution',
  md_ensemble: 'solution',
};

/** What the step gives that answers the query, as an expression. */
export function answerOf(step: StepDocument): string {
  return `${step.id}.${answers[step.call ?? ''] ?? 'response'}`;
}

const solvers: readonly (string | undefined)[] = ['custom', 'answer_generate', 'custom_code_generate'];

/** The first step, if it is a call that answers the query by itself. */
export function firstSolver(document: WorkflowDocument): StepDocument | undefined {
  const first = document.steps[0];
  return solvers.includes(first?.call) ? first : undefined;
}

/** The last step, if it returns the answer. */
export function lastReturn(document: WorkflowDocument): string | undefined {
  return document.steps.at(-1)?.return;
}

/** Puts steps before the last one, and lets that return something else. */
export function returnThrough(document: WorkflowDocument, steps: readonly StepDocument[], answer: string): void {
  document.steps.splice(-1, 1, ...steps, { return: answer });
}

/** Replaces one expression by another, in all steps from an index on. */
export function replaceExpression(document: WorkflowDocument, from: number, old: string, replacement: string): void {
  const later = JSON.stringify(document.steps.slice(from)).replaceAll(old, replacement);
  document.steps = [...document.steps.slice(0, from), ...(JSON.parse(later) as StepDocument[])];
}
