import { functionNames } from './expression.ts';
import type { CallNode, ComprehensionNode, ExpressionNode } from './expression-tree.ts';
import { suggestion } from './near-name.ts';
import type { WorkflowRule } from './rules.ts';
import type { Shape } from './shape.ts';
import { any, boolean, compatible, describeShape, joined, listOf, number, text } from './shape.ts';

export interface Surroundings {
  /** The shape of a name; reports the names that there are not, and then gives `any`. */
  lookUp(name: string): Shape;
  report(rule: WorkflowRule, message: string): void;
}

/** The shape of an expression's value. What is wrong for certain is reported, and what cannot be known is let through. */
export function inferShape(node: ExpressionNode, around: Surroundings): Shape {
  switch (node.kind) {
    case 'constant':
      return node.type === 'int' || node.type === 'double' ? number : { kind: node.type };
    case 'name':
      return around.lookUp(node.name);
    case 'field':
      return node.test
        ? testedShape(node.of, around)
        : fieldOf(inferShape(node.of, around), node.field, sourceOf(node.of), around);
    case 'call':
      return callShape(node, around);
    case 'list':
      return listOf(node.items.map((item) => inferShape(item, around)).reduce<Shape>(joined, { kind: 'nothing' }));
    case 'map':
      return mapShape(node.entries, around);
    case 'comprehension':
      return comprehensionShape(node, around);
  }
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
  const start = inferShape(node.start, around);
  const step = inferShape(node.step, within(start));
  return inferShape(node.result, within(joined(start, step)));
}

const comparisons = new Set(['_<_', '_<=_', '_>_', '_>=_']);
const arithmetic = new Set(['_-_', '_*_', '_/_', '_%_', '-_']);
const macroOperators = new Set(['_[_]', '_?_:_', '_&&_', '_||_', '@in', '@not_strictly_false']);

/** What functions of CEL and of its strings extension give, where that does not hang on their arguments. */
const results: Readonly<Record<string, Shape>> = {
  size: number,
  int: number,
  double: number,
  indexOf: number,
  lastIndexOf: number,
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
        `${sources(node)} are compared, and one is ${describeShape(first)}, the other ${describeShape(second)}`,
      );
    return boolean;
  }
  if (name === '_+_') return sumShape(node, first, second, around);
  if (arithmetic.has(name)) {
    for (const [index, shape] of shapes.entries())
      if (!['number', 'any', 'nothing'].includes(shape.kind))
        around.report('type-mismatch', `${sourceOf(node.arguments[index])} is ${describeShape(shape)}, where a number is needed`);
    return number;
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
  return joined(first, second);
}

function itemShape(node: CallNode, of: Shape, around: Surroundings): Shape {
  const index = node.arguments[1];
  if (of.kind === 'list') return of.item;
  if (of.kind === 'record' && index?.kind === 'constant') return fieldOf(of, index.value, sourceOf(node.arguments[0]), around);
  if (of.kind !== 'any' && of.kind !== 'nothing' && of.kind !== 'record')
    around.report('type-mismatch', `${sourceOf(node.arguments[0])} is ${describeShape(of)} and has no items`);
  return any;
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
