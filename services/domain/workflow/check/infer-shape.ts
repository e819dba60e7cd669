import { countOf } from '../../names/count-of.ts';
import { suggestion } from '../../names/near-name.ts';
import { functionNames } from '../expression/cel/environment.ts';
import type { CallNode, ComprehensionNode, ExpressionNode } from '../expression/expression-tree.ts';
import type { WorkflowRule } from '../rules.ts';
import { checkArguments } from './check-arguments.ts';
import type { ListShape, Shape } from './shape.ts';
import { any, boolean, compatible, decimalNumber, describeShape, joined, listOf, loosened, text, wholeNumber } from './shape.ts';

export interface Surroundings {
  /** The shape of a name; an unknown name is reported and gives `any`. */
  lookUp(name: string): Shape;
  report(rule: WorkflowRule, message: string): void;
}

/** The shape of an expression's value. What is certainly wrong is reported; what cannot be known is let through. */
export function inferShape(node: ExpressionNode, around: Surroundings): Shape {
  switch (node.kind) {
    case 'constant':
      return constantShape(node.type);
    case 'name':
      return around.lookUp(node.name);
    case 'field':
      return node.test
        ? testedShape(node.of, around)
        : fieldOf(inferShape(node.of, around), node.field, sourceOf(node.of), around);
    case 'call':
      return callShape(node, around);
    case 'list':
      return listOf(
        node.items.map((item) => inferShape(item, around)).reduce<Shape>(joined, { kind: 'nothing' }),
        node.items.length,
      );
    case 'map':
      return mapShape(node.entries, around);
    case 'comprehension':
      return comprehensionShape(node, around);
  }
}

function constantShape(type: (ExpressionNode & { kind: 'constant' })['type']): Shape {
  return type === 'int' || type === 'uint' || type === 'double' ? { kind: 'number', type } : { kind: type };
}

function testedShape(of: ExpressionNode, around: Surroundings): Shape {
  inferShape(of, around);
  return boolean;
}

function fieldOf(of: Shape, field: string, source: string, around: Surroundings): Shape {
  if (of.kind === 'record') {
    const shape = Object.hasOwn(of.fields, field) ? of.fields[field] : undefined;
    if (shape !== undefined) return shape;
    const fields = Object.keys(of.fields);
    if (of.of === 'query') around.report('unknown-query-field', `query has no field "${field}": ${suggestion(field, fields)}`);
    else around.report('unknown-output', `${source} (${of.of}) has no output "${field}": ${suggestion(field, fields)}`);
  } else if (of.kind === 'list') {
    around.report(
      'type-mismatch',
      `${source} is a list and has no field "${field}"; take one item with ${source}[0]${
        of.item.kind === 'record' ? `, or all of them with ${source}.map(item, item.${field})` : ''
      }`,
    );
  } else if (of.kind !== 'any' && of.kind !== 'nothing') {
    around.report('type-mismatch', `${source} is ${describeShape(of)} and has no field "${field}"; write ${source} alone`);
  }
  return any;
}

function mapShape(entries: readonly (readonly [ExpressionNode, ExpressionNode])[], around: Surroundings): Shape {
  const fields: Record<string, Shape> = {};
  for (const [key, value] of entries) {
    const shape = inferShape(value, around);
    if (key.kind !== 'constant') return any;
    fields[key.value] = shape;
  }
  return { kind: 'record', of: 'a map', fields };
}

function comprehensionShape(node: ComprehensionNode, around: Surroundings): Shape {
  const over = inferShape(node.over, around);
  if (!['list', 'record', 'any', 'nothing'].includes(over.kind))
    around.report(
      'type-mismatch',
      `a macro such as map or exists needs a list, and ${sourceOf(node.over)} is ${describeShape(over)}`,
    );
  const item = over.kind === 'list' ? over.item : over.kind === 'record' ? text : any;
  const within = (accumulator: Shape): Surroundings => ({
    report: around.report,
    lookUp: (name) => (name === node.variable ? item : name === node.accumulator ? accumulator : around.lookUp(name)),
  });
  // The accumulator grows with each item, so what is known about it at first does not hold.
  const start = loosened(inferShape(node.start, around));
  const step = inferShape(node.step, within(start));
  const result = inferShape(node.result, within(loosened(joined(start, step))));
  return result.kind === 'list' ? listOf(result.item, over.kind === 'list' ? over.most : undefined) : result;
}

const comparisons = new Set(['_<_', '_<=_', '_>_', '_>=_']);
const arithmetic = new Set(['_-_', '_*_', '_/_', '_%_', '-_']);
const macroOperators = new Set(['_[_]', '_?_:_', '_&&_', '_||_', '@in', '@not_strictly_false']);

/** What functions of CEL and its strings extension return, if that does not depend on their arguments. */
const results: Readonly<Record<string, Shape>> = {
  size: wholeNumber,
  int: wholeNumber,
  uint: { kind: 'number', type: 'uint' },
  double: decimalNumber,
  indexOf: wholeNumber,
  lastIndexOf: wholeNumber,
  contains: boolean,
  startsWith: boolean,
  endsWith: boolean,
  matches: boolean,
  bool: boolean,
  string: text,
  charAt: text,
  lowerAscii: text,
  upperAscii: text,
  replace: text,
  substring: text,
  trim: text,
  reverse: text,
  join: text,
  format: text,
  split: listOf(text),
};

function callShape(node: CallNode, around: Surroundings): Shape {
  const name = node.function;
  const target = node.target && inferShape(node.target, around);
  const shapes = node.arguments.map((argument) => inferShape(argument, around));
  const [first = any, second = any, third = any] = shapes;
  if (name === '!_' || name === '_&&_' || name === '_||_') {
    for (const [index, shape] of shapes.entries()) needBoolean(shape, node.arguments[index], around);
    return boolean;
  }
  if (name === '_?_:_') {
    needBoolean(first, node.arguments[0], around);
    return joined(second, third);
  }
  if (name === '_==_' || name === '_!=_' || comparisons.has(name)) {
    if (!compatible(first, second) && first.kind !== 'null' && second.kind !== 'null')
      around.report(
        'type-mismatch',
        `${sources(node)} cannot be compared: one is ${describeShape(first)}, the other ${describeShape(second)}`,
      );
    return boolean;
  }
  if (name === '_+_') return sumShape(node, first, second, around);
  if (arithmetic.has(name)) {
    for (const [index, shape] of shapes.entries())
      if (!['number', 'any', 'nothing'].includes(shape.kind))
        around.report('type-mismatch', `${sourceOf(node.arguments[index])} is ${describeShape(shape)}, where a number is needed`);
    return numberShape(node, shapes, around);
  }
  if (name === '_[_]') return itemShape(node, first, around);
  if (name === '@in') return boolean;
  if (name === '@not_strictly_false') return boolean;
  if (!functionNames.has(name) && !macroOperators.has(name)) {
    around.report('unknown-function', `there is no function "${name}": ${suggestion(name, commonFunctions)}`);
    return any;
  }
  if (name === 'join' && target?.kind === 'list' && target.item.kind === 'record')
    around.report('type-mismatch', `join needs texts, and ${sourceOf(node.target)} is ${describeShape(target)}`);
  else checkArguments(node, target, shapes, around.report);
  if (name === 'split') return listOf(text, splitLimit(node.arguments[1]));
  return results[name] ?? any;
}

const commonFunctions = [...Object.keys(results), 'exists', 'all', 'exists_one', 'map', 'filter', 'has'];

function needBoolean(shape: Shape, source: ExpressionNode | undefined, around: Surroundings): void {
  if (['boolean', 'any', 'nothing'].includes(shape.kind)) return;
  around.report('type-mismatch', `${sourceOf(source)} is ${describeShape(shape)}, where true or false is needed`);
}

function sumShape(node: CallNode, first: Shape, second: Shape, around: Surroundings): Shape {
  const addable = [first, second].every(({ kind }) => ['text', 'number', 'list', 'any', 'nothing'].includes(kind));
  const sameKind = first.kind === second.kind || [first, second].some(({ kind }) => kind === 'any' || kind === 'nothing');
  if (!addable || !sameKind) {
    const hint = [first, second].some(({ kind }) => kind === 'text') ? '; put string( ) around what is not a text' : '';
    around.report(
      'type-mismatch',
      `${sources(node)} cannot be added: ${describeShape(first)} and ${describeShape(second)}${hint}`,
    );
    return any;
  }
  if (first.kind === 'number' || second.kind === 'number') return numberShape(node, [first, second], around);
  if (first.kind !== 'list' || second.kind !== 'list') return joined(first, second);
  const most = first.most === undefined || second.most === undefined ? undefined : first.most + second.most;
  return listOf(joined(first.item, second.item), most);
}

/** The result of arithmetic: the kind of its operands, which must all be of one kind. */
function numberShape(node: CallNode, shapes: readonly Shape[], around: Surroundings): Shape {
  const types = shapes.flatMap((shape) => (shape.kind === 'number' && shape.type !== undefined ? [shape.type] : []));
  const [type = 'any', ...others] = types;
  const operator = node.function.replaceAll('_', '');
  if (others.some((other) => other !== type)) {
    const [one, other] = shapes.map(describeShape);
    const hint = 'write 2.0 for 2, or double( ) or int( ) around one of them';
    around.report('type-mismatch', `${operator} does not mix numbers: ${sources(node)} are ${one} and ${other}; ${hint}`);
  }
  if (node.function === '_%_' && types.includes('double'))
    around.report('type-mismatch', `% is for whole numbers, and ${sources(node)} are not: put int( ) around what has decimals`);
  return { kind: 'number', ...(type === 'any' ? {} : { type }) };
}

/** A limit of 0 or less has a meaning of its own. */
function splitLimit(limit: ExpressionNode | undefined): number | undefined {
  return limit?.kind === 'constant' && Number(limit.value) >= 0 ? Number(limit.value) : undefined;
}

function itemShape(node: CallNode, of: Shape, around: Surroundings): Shape {
  const index = node.arguments[1];
  if (of.kind === 'list') {
    checkIndex(node, of, around);
    return of.item;
  }
  if (of.kind === 'record' && index?.kind === 'constant') return fieldOf(of, index.value, sourceOf(node.arguments[0]), around);
  if (of.kind !== 'any' && of.kind !== 'nothing' && of.kind !== 'record')
    around.report('type-mismatch', `${sourceOf(node.arguments[0])} is ${describeShape(of)} and has no items`);
  return any;
}

function checkIndex(node: CallNode, { most }: ListShape, around: Surroundings): void {
  const [list, at] = node.arguments;
  const index = at?.kind === 'constant' && at.type !== 'text' ? Number(at.value) : Number.NaN;
  const source = sourceOf(list);
  if (index < 0) {
    around.report(
      'index-range',
      `${source}[${index}] is nothing: items are counted from 0; the last is ${source}[size(${source}) - 1]`,
    );
  } else if (most !== undefined && index >= most) {
    const has = most === 0 ? 'has no items' : `has at most ${countOf(most, 'item')}; the last is ${source}[${most - 1}]`;
    around.report('index-range', `there is no ${source}[${index}]: ${source} ${has}`);
  }
}

const sources = (node: CallNode) => node.arguments.map(sourceOf).join(' and ');

/** A short name for a part of an expression, for messages. */
function sourceOf(node: ExpressionNode | undefined): string {
  if (node?.kind === 'name') return node.name;
  if (node?.kind === 'field') return `${sourceOf(node.of)}.${node.field}`;
  if (node?.kind === 'constant') return node.type === 'text' ? JSON.stringify(node.value) : node.value;
  if (node?.kind === 'call' && node.function === '_[_]') return `${sourceOf(node.arguments[0])}[${sourceOf(node.arguments[1])}]`;
  if (node?.kind === 'call' && /^[a-z]/i.test(node.function)) return `${node.function}(…)`;
  return 'a part of the expression';
}
