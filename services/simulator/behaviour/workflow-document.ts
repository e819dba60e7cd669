/** A workflow's text form, decoded: what an optimizer reads and writes. Nothing here is checked; that is the other side's work. */
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

/** Adds a prompt and gives its name. */
export function addPrompt(document: WorkflowDocument, base: string, text: string): string {
  const name = freeName(base, Object.keys(document.prompts));
  document.prompts[name] = text;
  return name;
}

/** What the step gives that answers the query, as an expression. */
export function answerOf(step: StepDocument): string {
  return `${step.id}.${step.call === 'answer_generate' ? 'answer' : 'response'}`;
}

/** The first step, if it is a call that answers the query by itself. */
export function firstSolver(document: WorkflowDocument): StepDocument | undefined {
  const first = document.steps[0];
  return first?.call === 'custom' || first?.call === 'answer_generate' ? first : undefined;
}

/** Puts another expression in the place of one, in all steps from an index on. */
export function replaceExpression(document: WorkflowDocument, from: number, old: string, replacement: string): void {
  const later = JSON.stringify(document.steps.slice(from)).replaceAll(old, replacement);
  document.steps = [...document.steps.slice(0, from), ...(JSON.parse(later) as StepDocument[])];
}
