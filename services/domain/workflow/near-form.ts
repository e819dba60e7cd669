import { canonicalForm } from './canonical-hash.ts';
import type { Workflow } from './workflow.ts';

/**
 * The same for two workflows of the same structure whose texts differ in nothing but capitals, blanks and the punctuation of
 * sentences: a model that is asked for something new often gives the old text with a comma moved, and that would be paid for in
 * full. What may change an answer stays: marks such as \boxed{} or <answer>, and whatever precedes a digit.
 * @throws ExpressionError for a workflow that was not validated
 */
export function nearForm(workflow: Workflow): string {
  return JSON.stringify(withPlainTexts(JSON.parse(canonicalForm(workflow))));
}

/** In the canonical form, the texts of a template are the strings of a list that begins with "text". */
function withPlainTexts(form: unknown): unknown {
  if (!Array.isArray(form)) return form;
  const [kind, ...parts] = form as unknown[];
  if (kind !== 'text') return form.map(withPlainTexts);
  const plain = parts.map((part) => (typeof part === 'string' ? plainText(part) : withPlainTexts(part)));
  return [kind, ...plain.filter((part) => part !== '')];
}

function plainText(text: string): string {
  return text
    .replace(/[.,;:!?'"`*_‘’“”…–—-]+(?!\d)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
}
