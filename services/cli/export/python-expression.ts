import { ExpressionError } from '../../domain/workflow/expression.ts';
import type { CallNode, ComprehensionNode, ExpressionNode } from '../../domain/workflow/expression-tree.ts';
import { pythonText } from './python-text.ts';

/** What names of the workflow are called in Python, and which of them are records whose fields are known. */
export interface PythonNames {
  nameOf(name: string): string;
  /** Whether `name.field` surely has a value. */
  hasField(name: string, field: string): boolean;
}

/** Functions of python/expressions.py, by CEL's names. */
const functions: Readonly<Record<string, string>> = {
  '!_': 'cel_negated',
  '-_': 'cel_minus',
  '_==_': 'cel_equal',
  '_<_': 'cel_less',
  '_<=_': 'cel_at_most',
  '_>_': 'cel_greater',
  '_>=_': 'cel_at_least',
  '_+_': 'cel_plus',
  '_-_': 'cel_less_by',
  '_*_': 'cel_times',
  '_/_': 'cel_divided',
  '_%_': 'cel_remainder',
  '_[_]': 'cel_item',
  '@in': 'cel_contained',
  size: 'cel_size',
  contains: 'cel_contains',
  startsWith: 'cel_starts_with',
  endsWith: 'cel_ends_with',
  matches: 'cel_matches',
  charAt: 'cel_char_at',
  substring: 'cel_substring',
  indexOf: 'cel_index_of',
  lastIndexOf: 'cel_last_index_of',
  join: 'cel_join',
  lowerAscii: 'cel_lower_ascii',
  upperAscii: 'cel_upper_ascii',
  replace: 'cel_replace',
  split: 'cel_split',
  trim: 'cel_trimmed',
  reverse: 'cel_reverse',
  format: 'cel_formatted',
  int: 'cel_as_int',
  uint: 'cel_as_uint',
  double: 'cel_as_double',
  bool: 'cel_as_bool',
  string: 'cel_as_string',
  dyn: 'cel_dyn',
};

/** A Python expression of the same value. @throws ExpressionError for what has no Python form */
export function pythonExpression(node: ExpressionNode, names: PythonNames): string {
  const write = (inner: ExpressionNode): string => pythonExpression(inner, names);
  switch (node.kind) {
    case 'constant':
      return constantOf(node);
    case 'name':
      return names.nameOf(node.name);
    case 'field':
      if (node.test) return `cel_has(${write(node.of)}, ${pythonText(node.field)})`;
      if (node.of.kind === 'name' && names.hasField(node.of.name, node.field))
        return `${names.nameOf(node.of.name)}[${pythonText(node.field)}]`;
      return `cel_field(${write(node.of)}, ${pythonText(node.field)})`;
    case 'list':
      return `[${node.items.map(write).join(', ')}]`;
    case 'map':
      return `cel_map_of(${node.entries.map(([key, value]) => `(${write(key)}, ${write(value)})`).join(', ')})`;
    case 'call':
      return callOf(node, write);
    case 'comprehension':
      return macroOf(node, names);
  }
}

function constantOf({ type, value }: Extract<ExpressionNode, { kind: 'constant' }>): string {
  switch (type) {
    case 'text':
      return pythonText(value);
    case 'uint':
      return `Unsigned(${value})`;
    case 'double':
      return /[.e]/.test(value) ? value : `${value}.0`;
    case 'boolean':
      return value === 'true' ? 'True' : 'False';
    case 'null':
      return 'None';
    default:
      return value;
  }
}

function callOf({ function: name, target, arguments: given }: CallNode, write: (node: ExpressionNode) => string): string {
  const values = [...(target === undefined ? [] : [target]), ...given];
  const [first, second, third] = values;
  if (name === '_&&_' || name === '_||_') {
    return `${name === '_&&_' ? 'cel_both' : 'cel_either'}(${values.map((value) => `lambda: ${write(value)}`).join(', ')})`;
  }
  if (name === '_?_:_' && first && second && third)
    return `(${write(second)} if cel_truth(${write(first)}) else ${write(third)})`;
  if (name === '_!=_' && first && second) return `(not cel_equal(${write(first)}, ${write(second)}))`;
  const python = functions[name];
  if (python === undefined) throw new ExpressionError(`the function "${name}" has no Python form`);
  return `${python}(${values.map(write).join(', ')})`;
}

/** The macros, of which CEL has made folds. */
function macroOf(node: ComprehensionNode, names: PythonNames): string {
  const { variable, accumulator, over, start, step, result } = node;
  // A name that the macro binds hides the workflow's own.
  const inside: PythonNames = {
    nameOf: (name) => (name === variable ? `each_${variable}` : names.nameOf(name)),
    hasField: (name, field) => name !== variable && names.hasField(name, field),
  };
  const fold = (python: string, body: ExpressionNode): string =>
    `${python}(${pythonExpression(over, names)}, lambda each_${variable}: ${pythonExpression(body, inside)})`;
  const isAccumulator = (each: ExpressionNode | undefined): boolean => each?.kind === 'name' && each.name === accumulator;
  if (step.kind === 'call') {
    const [first, second, third] = step.arguments;
    if (step.function === '_&&_' && isAccumulator(first) && second) return fold('cel_every', second);
    if (step.function === '_||_' && isAccumulator(first) && second) return fold('cel_exists', second);
    if (step.function === '_+_' && isAccumulator(first) && second?.kind === 'list' && second.items[0])
      return fold('cel_mapped', second.items[0]);
    if (step.function === '_?_:_' && first && second?.kind === 'call' && isAccumulator(third)) {
      if (start.kind === 'constant' && result.kind === 'call') return fold('cel_exists_one', first);
      const [, added] = second.arguments;
      const kept = added?.kind === 'list' ? added.items[0] : undefined;
      if (start.kind === 'list' && kept !== undefined) {
        const filtered = fold('cel_filtered', first);
        if (kept.kind === 'name' && kept.name === variable) return filtered;
        return `cel_mapped(${filtered}, lambda each_${variable}: ${pythonExpression(kept, inside)})`;
      }
    }
  }
  throw new ExpressionError('a macro has no Python form');
}
