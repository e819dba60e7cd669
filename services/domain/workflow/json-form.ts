import { isObject } from './problem.ts';
import { toDocument } from './to-document.ts';
import type { Workflow } from './workflow.ts';

/** It does what it does before one return at its end, and not, say, one in each branch of an `if`. */
export function hasJsonForm(workflow: Workflow | undefined): boolean {
  return workflow?.steps.at(-1)?.kind === 'return' && workflow.steps.length > 1;
}

/**
 * A workflow in the form that a model writes under a JSON schema. It is the language's, but for what a schema cannot hold to the
 * language's rules: the prompts are a list, since a grammar knows neither forms for the keys of an object nor that they differ;
 * and the return at the end has a field of its own, since it cannot say what comes last in a list.
 * @throws RangeError for one that has no such form
 */
export function toJsonForm(workflow: Workflow): Readonly<Record<string, unknown>> {
  const last = workflow.steps.at(-1);
  if (last?.kind !== 'return' || !hasJsonForm(workflow)) throw new RangeError('this workflow has no JSON form');
  const { steps, ...rest } = toDocument({ ...workflow, name: '', description: '', steps: workflow.steps.slice(0, -1) });
  const prompts = Object.entries(workflow.prompts).map(([name, text]) => ({ name, text }));
  return { ...rest, prompts, steps, return: last.value };
}

/** The document that parseWorkflow reads. What is not in the JSON form stays as it is, for the parser to refuse or to take. */
export function fromJsonForm(form: unknown): unknown {
  if (!isObject(form)) return form;
  const { prompts, steps, return: value, ...rest } = form;
  return {
    ...rest,
    ...(prompts === undefined ? {} : { prompts: promptsOf(prompts) }),
    ...(steps === undefined
      ? {}
      : { steps: value === undefined || !Array.isArray(steps) ? steps : [...steps, { return: value }] }),
  };
}

/** Names that the list of prompts gives to more than one of them. */
export function repeatedPrompts(form: unknown): string[] {
  const prompts: readonly unknown[] = isObject(form) && Array.isArray(form.prompts) ? form.prompts : [];
  const names = prompts.flatMap((prompt) => (isObject(prompt) && typeof prompt.name === 'string' ? [prompt.name] : []));
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function promptsOf(prompts: unknown): unknown {
  if (!Array.isArray(prompts)) return prompts;
  return Object.fromEntries(
    prompts.map((prompt: unknown) => (isObject(prompt) ? [String(prompt.name), prompt.text] : ['', prompt])),
  );
}
