import type { CelInput, CelValue } from '@bufbuild/cel';
import { celEnv, isCelError, isCelList, isCelMap, isCelUint, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { Value } from '../operators/operator.ts';
import type { ExpressionNode } from './expression-tree.ts';
import { expressionTree } from './expression-tree.ts';

/** A CEL expression that was parsed. The only file that knows the evaluator is this one, with expression-tree.ts. */
export interface Expression {
  readonly text: string;
  readonly tree: ExpressionNode;
  /** The names that must have a value, without those that a macro binds. */
  readonly names: ReadonlySet<string>;
  /** @throws ExpressionError */
  evaluate(variables: (name: string) => Value | undefined): Value;
}

/** An expression that cannot be read or has no value. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

/** A value larger than this ends the execution: loops that double a text would exhaust the memory. */
export const valueLimits = { characters: 262_144, items: 200 } as const;

const environment = celEnv({ funcs: strings });

/** Functions as an expression calls them; operators such as "_+_" are not among them. */
export const functionNames: ReadonlySet<string> = new Set(
  [...environment.funcs].map((known) => known.name).filter((name) => /^[a-z]/i.test(name)),
);

// Parsing costs more than evaluating, and a workflow is run on hundreds of queries: the last texts are kept.
const memory = new Map<string, Expression>();
const memorySize = 2000;

/** @throws ExpressionError with what is wrong, for people */
export function parseExpression(text: string): Expression {
  const known = memory.get(text);
  if (known !== undefined) return known;
  const expression = newExpression(text);
  if (memory.size >= memorySize) memory.clear();
  memory.set(text, expression);
  return expression;
}

function newExpression(text: string): Expression {
  if (text.trim() === '') throw new ExpressionError('the expression is empty');
  const parsed = parsedText(text);
  const tree = expressionTree(parsed.expr, (why) => new ExpressionError(why));
  const names = freeNames(tree);
  const run = plan(environment, parsed);
  return {
    text,
    tree,
    names,
    evaluate: (variables) => {
      const bindings: Record<string, CelInput> = {};
      for (const name of names) {
        const value = variables(name);
        if (value === undefined) throw new ExpressionError(`"${name}" has no value here`);
        bindings[name] = toCel(value);
      }
      const result = run(bindings);
      if (isCelError(result)) throw new ExpressionError(readable(result.message), { cause: result });
      return withinLimits(fromCel(result));
    },
  };
}

function parsedText(text: string): ReturnType<typeof parse> {
  try {
    return parse(withEscapedLineEnds(text));
  } catch (error) {
    const message = readable(error instanceof Error ? error.message : String(error));
    throw new ExpressionError(message + habitHint(text, message), { cause: error });
  }
}

/** In YAML, "\n" between double quotes is a line end before CEL sees it, and CEL has none in its quotes. */
function withEscapedLineEnds(text: string): string {
  return text.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs, (quoted) => quoted.replaceAll('\n', '\\n'));
}

/** What people and models who think in another language write. */
function habitHint(text: string, message: string): string {
  if (text.includes('{{')) return '; an expression has no {{ }} inside it';
  if (message.includes('found =')) return '; write == to compare';
  return /\b(?:and|or|not)\b/.test(text) ? '; write && for and, || for or, ! for not' : '';
}

/** The evaluator's messages name its grammar's classes and its mangled operators; people need neither. */
function readable(message: string): string {
  return message
    .replace(/^<input>:\d+:(\d+): /, 'at character $1: ')
    .replace(/ but expecting .*$/s, ', which is not expected here')
    .replace(/'_(\S+?)_'/g, "'$1'");
}

function freeNames(tree: ExpressionNode): Set<string> {
  const names = new Set<string>();
  const visit = (node: ExpressionNode, bound: ReadonlySet<string>): void => {
    if (node.kind === 'name') {
      if (!bound.has(node.name)) names.add(node.name);
    } else if (node.kind === 'comprehension') {
      visit(node.over, bound);
      visit(node.start, bound);
      const inside = new Set([...bound, node.variable, node.accumulator]);
      for (const part of [node.condition, node.step, node.result]) visit(part, inside);
    } else {
      for (const part of childNodes(node)) visit(part, bound);
    }
  };
  visit(tree, new Set());
  return names;
}

function childNodes(node: Exclude<ExpressionNode, { kind: 'name' | 'comprehension' }>): readonly ExpressionNode[] {
  switch (node.kind) {
    case 'constant':
      return [];
    case 'field':
      return [node.of];
    case 'call':
      return node.target === undefined ? node.arguments : [node.target, ...node.arguments];
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flat();
  }
}

function toCel(value: Value): CelInput {
  // A whole number becomes a CEL int, so that x + 1 and list[x] work.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(toCel);
  return new Map(Object.entries(value).map(([field, inner]) => [field, toCel(inner)]));
}

function fromCel(value: CelValue): Value {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return finite(value);
  if (typeof value === 'bigint') return finite(Number(value));
  if (isCelUint(value)) return finite(Number(value.value));
  if (isCelList(value)) return [...value].map(fromCel);
  if (isCelMap(value)) return Object.fromEntries([...value].map(([key, inner]) => [String(key), fromCel(inner)]));
  throw new ExpressionError('the value is not a text, number, true or false, list or map');
}

function finite(value: number): number {
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new ExpressionError(`the number ${value} is too large`);
  if (!Number.isFinite(value)) throw new ExpressionError('the result is not a finite number');
  return value;
}

function withinLimits(value: Value): Value {
  if (typeof value === 'string' && value.length > valueLimits.characters)
    throw new ExpressionError(`a text of ${value.length} characters is longer than ${valueLimits.characters}`);
  if (Array.isArray(value) && value.length > valueLimits.items)
    throw new ExpressionError(`a list of ${value.length} items is longer than ${valueLimits.items}`);
  return value;
}
