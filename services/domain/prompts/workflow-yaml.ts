import { Document, Scalar, visit } from 'yaml';
import { toDocument } from '../workflow/to-document.ts';
import type { Workflow } from '../workflow/workflow.ts';

/**
 * A workflow in the YAML that the optimizer reads and is asked to write, without name and description, which would go stale as it
 * is modified. Prose is written in blocks, since a model copies a block without error but an escape such as "\\boxed" with one.
 * The styles are ours and not the library's: models have read these bytes since the first logs, and their answers depend on them.
 */
export function workflowYaml(workflow: Workflow): string {
  const known = texts.get(workflow);
  if (known !== undefined) return known;
  const text = writtenYaml(workflow);
  texts.set(workflow, text);
  return text;
}

/** A round asks for one prediction a query, each with the same workflows in its prompt. */
const texts = new WeakMap<Workflow, string>();

function writtenYaml(workflow: Workflow): string {
  const document = new Document(toDocument({ ...workflow, name: '', description: '' }), { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (place, scalar) => {
      if (place !== 'key' && typeof scalar.value === 'string') scalar.type = styleOf(scalar.value);
    },
  });
  return document.toString({ lineWidth: 0, doubleQuotedAsJSON: true }).replace(/\n$/, '');
}

function styleOf(text: string): Scalar.Type {
  if (needsBlock(text)) return Scalar.BLOCK_LITERAL;
  return isPlain(text) ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
}

/** Names of prompts and operators, and nothing that YAML reads as something else. */
function isPlain(text: string): boolean {
  return /^[a-z]\w*$/i.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
}

/** A block needs no escapes. It cannot hold a blank at its start, a line end at its end, or control characters. */
function needsBlock(text: string): boolean {
  return /[\n\\"]/.test(text) && /^\S/.test(text) && !/\n$|[^\P{C}\n]|[\u2028\u2029]/u.test(text);
}
