import { toDocument } from '../workflow/to-document.ts';
import type { Workflow } from '../workflow/workflow.ts';

/**
 * A workflow in the YAML that the optimizer reads and is asked to write. Texts stand in blocks where they can, since a model
 * copies a block without error and an escape such as "\\boxed" with.
 */
export function workflowYaml(workflow: Workflow): string {
  return lines(toDocument(workflow), 0).join('\n');
}

function lines(value: unknown, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const [first, ...rest] = lines(item, depth + 1);
      return [`${indent}- ${(first ?? '').trimStart()}`, ...rest];
    });
  }
  if (typeof value !== 'object' || value === null) return [indent + JSON.stringify(value)];
  return Object.entries(value).flatMap(([field, content]) => fieldLines(field, content, depth, indent));
}

function fieldLines(field: string, content: unknown, depth: number, indent: string): string[] {
  if (typeof content === 'object' && content !== null) return [`${indent}${field}:`, ...lines(content, depth + 1)];
  if (typeof content !== 'string') return [`${indent}${field}: ${content}`];
  if (/^[a-z]\w*$/i.test(content) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(content))
    return [`${indent}${field}: ${content}`];
  if (!fitsBlock(content)) return [`${indent}${field}: ${JSON.stringify(content)}`];
  return [`${indent}${field}: |-`, ...content.split('\n').map((line) => (line === '' ? '' : `${indent}  ${line}`))];
}

/** A block is worth it for prose; it cannot hold some things, and would guess its indent wrongly from a leading blank. */
function fitsBlock(text: string): boolean {
  return (
    (/\n/.test(text) || !text.includes('{{')) &&
    /^[^\s]/.test(text) &&
    !/\n$|[^\n\x20-\x7e\u{a1}-\u{2027}\u{202a}-\u{d7ff}\u{e000}-\u{fefe}]/u.test(text)
  );
}
