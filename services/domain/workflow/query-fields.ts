import { ExpressionError, parseExpression } from './expression/expression.ts';
import type { ExpressionNode } from './expression/expression-tree.ts';
import { parseTemplateOrNothing } from './expression/template.ts';
import type { Workflow } from './workflow.ts';

/**
 * The fields of a query that the templates and conditions of a workflow name, each once, prompts first. Prose is none of them:
 * "Read the query. Then answer." names no field `Then`. What cannot be parsed is left to validation.
 */
export function queryFields({ prompts, steps }: Workflow): readonly string[] {
  const found = new Set<string>();
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      for (const tree of treesIn(value, key)) collect(tree, found);
    } else if (typeof value === 'object' && value !== null) {
      for (const [inner, each] of Object.entries(value)) visit(each, inner);
    }
  };
  visit(prompts, '');
  visit(steps, '');
  return [...found];
}

function treesIn(text: string, key: string): readonly ExpressionNode[] {
  if (key !== 'condition')
    return parseTemplateOrNothing(text)?.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.tree])) ?? [];
  try {
    return [parseExpression(text).tree];
  } catch (error) {
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}

function collect(node: ExpressionNode, found: Set<string>): void {
  if (node.kind === 'field' && isQuery(node.of)) found.add(node.field);
  if (node.kind === 'call' && node.function === '_[_]') {
    const [of, name] = [...(node.target ? [node.target] : []), ...node.arguments];
    if (of && isQuery(of) && name?.kind === 'constant' && name.type === 'text') found.add(name.value);
  }
  for (const inner of innerNodes(node)) collect(inner, found);
}

const isQuery = (node: ExpressionNode): boolean => node.kind === 'name' && node.name === 'query';

function innerNodes(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.kind) {
    case 'field':
      return [node.of];
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flat();
    case 'call':
      return [...(node.target ? [node.target] : []), ...node.arguments];
    case 'comprehension':
      return [node.over, node.start, node.condition, node.step, node.result];
    default:
      return [];
  }
}
