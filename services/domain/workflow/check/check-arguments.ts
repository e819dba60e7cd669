import { countOf } from '../../names/count-of.ts';
import { valuesAskedFor } from '../expression/cel/format-function.ts';
import { patternFault, type Signature, signaturesOf } from '../expression/cel/signatures.ts';
import type { CallNode, ExpressionNode } from '../expression/expression-tree.ts';
import type { WorkflowRule } from '../rules.ts';
import type { Shape } from './shape.ts';

type Report = (rule: WorkflowRule, message: string) => void;

/**
 * Reports what a call of a function is certain to fail for, on every query: arguments that it does not take, a pattern that
 * cannot be read, a text of `format` that asks for more or fewer values than it is given.
 * @param shapes of the arguments
 */
export function checkArguments(node: CallNode, target: Shape | undefined, shapes: readonly Shape[], report: Report): void {
  const known = signaturesOf(node.function);
  if (known.length > 0 && !known.some((each) => fits(each, target, shapes))) {
    const here = formOf(node.function, target && kindOf(target), shapes.map(kindOf));
    const forms = known.map((each) => formOf(node.function, each.target && typeName(each.target), each.arguments.map(typeName)));
    report('type-mismatch', `there is no ${here}: there is ${[...new Set(forms)].join(', ')}`);
    return;
  }
  const [first] = node.arguments;
  if (node.function === 'matches') checkPattern(node.target === undefined ? node.arguments[1] : first, report);
  if (node.function === 'format') checkFormat(node.target, first, report);
  if (['substring', 'charAt'].includes(node.function)) checkPlaces(node, report);
}

function fits({ target, arguments: types }: Signature, of: Shape | undefined, shapes: readonly Shape[]): boolean {
  if ((target === undefined) !== (of === undefined) || types.length !== shapes.length) return false;
  return (
    (target === undefined || of === undefined || isOf(of, target)) &&
    types.every((type, at) => isOf(shapes[at] ?? anything, type))
  );
}

const anything: Shape = { kind: 'any' };

function isOf(shape: Shape, type: string): boolean {
  if (type === 'dyn' || shape.kind === 'any' || shape.kind === 'nothing') return true;
  if (shape.kind === 'number') return shape.type === undefined ? ['int', 'uint', 'double'].includes(type) : shape.type === type;
  return typeOfKind[shape.kind] === type;
}

const typeOfKind: Readonly<Record<string, string>> = {
  text: 'string',
  boolean: 'bool',
  list: 'list',
  record: 'map',
  null: 'null_type',
};

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  bool: 'true or false',
  int: 'whole number',
  uint: 'unsigned number',
  double: 'number with decimals',
  dyn: 'value',
};

function typeName(type: string): string {
  return typeNames[type] ?? type;
}

function kindOf(shape: Shape): string {
  if (shape.kind === 'number') return shape.type === undefined ? 'number' : typeName(shape.type);
  return typeName(typeOfKind[shape.kind] ?? 'dyn');
}

function formOf(name: string, target: string | undefined, types: readonly string[]): string {
  return `${target === undefined ? '' : `${target}.`}${name}(${types.join(', ')})`;
}

function checkPattern(pattern: ExpressionNode | undefined, report: Report): void {
  const fault = pattern?.kind === 'constant' && pattern.type === 'text' ? patternFault(pattern.value) : undefined;
  if (fault !== undefined) report('expression-syntax', `the pattern of matches cannot be read: ${fault}`);
}

function checkFormat(text: ExpressionNode | undefined, values: ExpressionNode | undefined, report: Report): void {
  if (text?.kind !== 'constant' || values?.kind !== 'list') return;
  let asked: number;
  try {
    asked = valuesAskedFor(text.value);
  } catch (error) {
    report('expression-syntax', (error as Error).message);
    return;
  }
  const given = values.items.length;
  if (asked === given) return;
  const hint = asked < given ? '; %s stands for a text, and {} stays as it is' : '';
  report('type-mismatch', `format is given ${countOf(given, 'value')}, and its text asks for ${asked}${hint}`);
}

function checkPlaces(node: CallNode, report: Report): void {
  const negative = node.arguments.find((each) => each.kind === 'constant' && Number(each.value) < 0);
  if (negative?.kind !== 'constant') return;
  report(
    'index-range',
    `${node.function}(${negative.value}) has no value: characters are counted from 0, and size( ) says how many there are`,
  );
}
