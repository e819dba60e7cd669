import type { CelInput, CelValue } from '@bufbuild/cel';
import { celUint, isCelError, isCelList, isCelMap, isCelUint, parse, plan } from '@bufbuild/cel';
import { ScaleError } from '../../errors/scale-error.ts';
import type { Value } from '../../operators/operator.ts';
import { environment } from './cel/environment.ts';
import { mendTree } from './cel/mend-tree.ts';
import type { ExpressionNode } from './expression-tree.ts';
import { expressionTree } from './expression-tree.ts';
import type { MapKey, StepValue } from './value.ts';
import { numberOf, Unsigned } from './value.ts';

/**
 * A parsed CEL expression. The only files that know the evaluator are this one, expression-tree.ts and those in cel/.
 */
export interface Expression {
  readonly text: string;
  readonly tree: ExpressionNode;
  /** The names that must have a value, except those that a macro binds. */
  readonly names: ReadonlySet<string>;
  /**
   * Its value for the next steps.
   * @throws ExpressionError
   */
  value(variables: Variables): StepValue;
  /**
   * Its value as JSON represents it, where an int and a double are both numbers.
   * @throws ExpressionError
   */
  evaluate(variables: Variables): Value;
}

export type Variables = (name: string) => StepValue | undefined;

/** An expression that cannot be read or has no value. */
export class ExpressionError extends ScaleError {
  readonly kind = 'bad-input';
}

/** A value larger than this ends the execution: loops that double a text would exhaust the memory. */
export const valueLimits = { characters: 262_144, items: 200 } as const;

// Parsing costs more than evaluating, and a workflow is run on hundreds of queries, so the latest expressions are cached.
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
  refuseUnknownParts(tree);
  const names = freeNames(tree);
  if (parsed.expr !== undefined) mendTree(parsed.expr, anyCall);
  const run = plan(environment, parsed);
  const valueWith = (variables: Variables): StepValue => {
    const bindings: Record<string, CelInput> = {};
    for (const name of names) {
      const value = variables(name);
      if (value === undefined) throw new ExpressionError(`"${name}" has no value here`);
      bindings[name] = toCel(value);
    }
    const result = run(bindings);
    if (isCelError(result)) throw new ExpressionError(readable(result.message), { cause: result });
    return withinLimits(fromCel(result));
  };
  return { text, tree, names, value: valueWith, evaluate: (variables) => plainValue(valueWith(variables)) };
}

function anyCall(): NonNullable<ReturnType<typeof parse>['expr']> {
  const { expr } = parse("f('')");
  if (expr === undefined) throw new TypeError('the evaluator gave no tree');
  return expr;
}

function parsedText(text: string): ReturnType<typeof parse> {
  refuseBrokenCode(text);
  try {
    // The line end closes a comment, which the parser would otherwise take for a broken one.
    return parse(`${withEscapedLineEnds(text)}\n`);
  } catch (error) {
    const message = readable(error instanceof Error ? error.message : String(error));
    throw new ExpressionError(message + habitHint(text, message), { cause: error });
  }
}

/** What follows in the code of a character, by the letter after the backslash. */
const codeForms: Readonly<Record<string, RegExp>> = {
  x: /^[0-9a-f]{2}/i,
  X: /^[0-9a-f]{2}/i,
  u: /^[0-9a-f]{4}/i,
  U: /^[0-9a-f]{8}/i,
  ...Object.fromEntries(['0', '1', '2', '3'].map((digit) => [digit, /^[0-7]{2}/])),
};

/** Other escapes that CEL does not know stand for themselves: "\\d" in a pattern is what it says. */
function refuseBrokenCode(text: string): void {
  for (const [quoted] of text.matchAll(/\b[rR](?:"[^"]*"|'[^']*')|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs)) {
    if (/^r/i.test(quoted)) continue;
    for (const { 0: code, index } of quoted.matchAll(/\\./gs)) {
      const form = codeForms[code.slice(1)];
      if (form === undefined || form.test(quoted.slice(index + 2))) continue;
      const why = 'begins the code of a character and is not whole; a backslash itself is written \\\\';
      throw new ExpressionError(`"${quoted.slice(index, index + 4)}" ${why}`);
    }
  }
}

/** In YAML, "\n" between double quotes is already a line end when CEL sees it, and CEL allows none in its quotes. */
function withEscapedLineEnds(text: string): string {
  return text.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/gs, (quoted) => quoted.replaceAll('\n', '\\n'));
}

/** What people and models used to another language write. */
function habitHint(text: string, message: string): string {
  if (text.includes('{{')) return '; an expression has no {{ }} inside it';
  if (message.includes('found =')) return '; write == to compare';
  // {{ ticket body }}, as other template languages name a column.
  if (/^\s*[A-Za-z][\w-]*(?:\s+[\w#-]+)+\s*$/.test(text) && !/\b(?:and|or|not|in)\b/.test(text))
    return `; "${text.trim()}" is no name here: a query's field is read as query.field, and has no blank in it`;
  return /\b(?:and|or|not)\b/.test(text) ? '; write && for and, || for or, ! for not' : '';
}

/** The evaluator's messages name grammar classes and mangled operators, which help no one. */
function readable(message: string): string {
  return message
    .replace(/^<input>:\d+:(\d+): /, 'at character $1: ')
    .replace(/ but expecting .*$/s, ', which is not expected here')
    .replace(/'_(\S+?)_'/g, "'$1'")
    .replace(/found no matching overload for '(\S+)' applied to '\((int|uint|double), (int|uint|double)\)'/, mixedNumbers);
}

function mixedNumbers(whole: string, operator: string, left: string, right: string): string {
  if (left === right) return whole;
  return `${operator} does not mix ${left} and ${right}: write 2.0 for 2, or double( ) or int( ) around one of them`;
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

const leftOut: ReadonlyMap<string, string> = new Map([
  ['bytes', 'bytes are not part of the language: texts are compared and measured directly'],
  ['type', 'types are not values of the language'],
  ...['timestamp', 'duration'].map((name) => [name, 'times are not part of the language: a workflow has no clock'] as const),
]);

function refuseUnknownParts(node: ExpressionNode): void {
  if (node.kind === 'call' && node.target === undefined) {
    const why = leftOut.get(node.function);
    if (why !== undefined) throw new ExpressionError(`there is no function "${node.function}": ${why}`);
  }
  const parts =
    node.kind === 'comprehension'
      ? [node.over, node.start, node.condition, node.step, node.result]
      : node.kind === 'name'
        ? []
        : childNodes(node);
  for (const part of parts) refuseUnknownParts(part);
}

function toCel(value: StepValue): CelInput {
  if (value instanceof Unsigned) return celUint(value.value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(toCel);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return new Map(entries.map(([key, inner]) => [key instanceof Unsigned ? celUint(key.value) : key, toCel(inner)]));
}

function fromCel(value: CelValue): StepValue {
  if (value === null || typeof value !== 'object') return value;
  if (isCelUint(value)) return new Unsigned(value.value);
  if (isCelList(value)) return [...value].map(fromCel);
  if (isCelMap(value)) {
    const entries = [...value].map(([key, inner]) => [isCelUint(key) ? new Unsigned(key.value) : key, fromCel(inner)] as const);
    return entries.every(isNamed) ? Object.fromEntries(entries) : new Map<MapKey, StepValue>(entries);
  }
  throw new ExpressionError('the value is not a text, number, true or false, list or map');
}

function isNamed(entry: readonly [MapKey, StepValue]): entry is readonly [string, StepValue] {
  return typeof entry[0] === 'string';
}

function plainValue(value: StepValue): Value {
  if (typeof value === 'bigint' || value instanceof Unsigned) {
    const number = numberOf(value);
    if (number === undefined)
      throw new ExpressionError(`the number ${value instanceof Unsigned ? value.value : value} is too large`);
    return number;
  }
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plainValue);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, inner]) => [String(key instanceof Unsigned ? key.value : key), plainValue(inner)] as const),
  );
}

function withinLimits(value: StepValue): StepValue {
  if (typeof value === 'string' && value.length > valueLimits.characters)
    throw new ExpressionError(`a text of ${value.length} characters is longer than ${valueLimits.characters}`);
  if (Array.isArray(value) && value.length > valueLimits.items)
    throw new ExpressionError(`a list of ${value.length} items is longer than ${valueLimits.items}`);
  return value;
}
