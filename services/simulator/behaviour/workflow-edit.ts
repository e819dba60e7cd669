import type { Random } from '../../domain/ports.ts';
import { addPrompt, callsOf, type WorkflowDocument } from './workflow-document.ts';

/** An edit that the simulated optimizer knows how to make. */
export interface WorkflowEdit {
  /** Ways to describe it; by these it finds out again what it tried. */
  readonly descriptions: readonly string[];
  /** How often it comes to mind, relative to the others. */
  readonly weight: number;
  /** Changes the document in place; false if there is nothing to change. */
  apply(document: WorkflowDocument, random: Random): boolean;
}

/** Adds a sentence to the prompt of every custom call that does not have it, and a prompt where there is none. */
export function addSentence(document: WorkflowDocument, present: RegExp | string, sentence: string): boolean {
  let added: string | undefined;
  let changed = false;
  const seen = new Set<string>();
  for (const call of callsOf(document, 'custom')) {
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

/** The template by which the workflow reads the query. */
export function queryOf(document: WorkflowDocument): string {
  return /\{\{ ?query\.\w+ ?\}\}/.exec(JSON.stringify(document.steps))?.[0] ?? '{{ query.question }}';
}
