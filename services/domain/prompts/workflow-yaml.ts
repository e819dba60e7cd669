import { toDocument } from '../workflow/to-document.ts';
import type { Workflow } from '../workflow/workflow.ts';

/**
 * A workflow in the YAML that the optimizer reads and is asked to write, without name and description, which would go stale as
 * it is modified. Prose stands in blocks, since a model copies a block without error and an escape such as "\\boxed" with.
 */
export function workflowYaml(workflow: Workflow): string {
  return lines(toDocument({ ...workflow, name: '', description: '' }), '').join('\n');
}

function lines(value: object, indent: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item: object) => itemLines(item, indent));
  return Object.entries(value).flatMap(([field, content]: [string, unknown]) => {
    if (typeof content === 'object' && content !== null) return [`${indent}${field}:`, ...lines(content, `${indent}  `)];
    if (typeof content !== 'string') return [`${indent}${field}: ${content}`];
    if (!needsBlock(content)) return [`${indent}${field}: ${isPlain(content) ? content : JSON.stringify(content)}`];
    return [`${indent}${field}: |-`, ...content.split('\n').map((line) => (line === '' ? '' : `${indent}  ${line}`))];
  });
}

function itemLines(item: object, indent: string): string[] {
  const [first = '', ...rest] = lines(item, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

/** Names of prompts and operators, and nothing that YAML takes for something else. */
function isPlain(text: string): boolean {
  return /^[a-z]\w*$/i.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
}

/** A block spares escapes. It cannot hold a blank at its start, a line end at its end, or control characters. */
function needsBlock(text: string): boolean {
  return /[\n\\"]/.test(text) && /^\S/.test(text) && !/\n$|[^\P{C}\n]|[\u2028\u2029]/u.test(text);
}
