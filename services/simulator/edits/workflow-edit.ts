import type { Random } from '../../domain/ports.ts';
import type { Nature, Task } from './task.ts';
import { addPrompt, allSteps, type StepDocument, type WorkflowDocument } from './workflow-document.ts';

/** An edit that the simulated optimizer knows how to make. */
export interface WorkflowEdit {
  /** Ways to describe it; by these it recognises later what it has tried. */
  readonly descriptions: readonly string[];
  /** How often it comes to mind, relative to the others. */
  readonly weight: number;
  /** Default: all. */
  readonly natures?: readonly Nature[];
  /** Operators that the benchmark must allow. */
  readonly needs?: readonly string[];
  /** Changes the document in place; false if there is nothing to change. */
  apply(document: WorkflowDocument, task: Task, random: Random): boolean;
}

export function suits({ natures, needs = [] }: WorkflowEdit, task: Task): boolean {
  return (natures?.includes(task.nature) ?? true) && needs.every((operator) => task.operators.has(operator));
}

/** The calls that a prompt of the workflow's own can tell how to solve a query. */
export function promptedCalls(document: WorkflowDocument): StepDocument[] {
  return allSteps(document.steps).filter((step) => step.call === 'custom' || step.call === 'custom_code_generate');
}

/** Adds a sentence to the prompt of every call that can have one and lacks it, and a prompt where there is none. */
export function addSentence(document: WorkflowDocument, present: RegExp | string, sentence: string): boolean {
  let added: string | undefined;
  let changed = false;
  const seen = new Set<string>();
  for (const call of promptedCalls(document)) {
    const name = call.with?.instruction;
    if (name === undefined) {
      added ??= addPrompt(document, 'solve', sentence);
      call.with = { instruction: added, ...call.with };
      changed = true;
      continue;
    }
    const text = document.prompts[name] ?? '';
    if (seen.has(name) || text.search(present) >= 0) continue;
    seen.add(name);
    document.prompts[name] = `${text.trimEnd()}\n${sentence}`;
    changed = true;
  }
  return changed;
}

/** The problem as the workflow's first call puts it, with all that is needed to solve it. */
export function problemOf(document: WorkflowDocument, { fields, nature }: Task): string {
  const first = allSteps(document.steps).find((step) => step.call !== undefined);
  const shown = first?.with?.input ?? first?.with?.problem ?? '';
  if (/\{\{ ?query\.\w+ ?\}\}/.test(shown)) return shown;
  const needed = nature === 'program' ? fields.slice(0, 1) : fields;
  return needed.map((field) => `{{ query.${field} }}`).join('\n\n');
}
