import { ExpressionError } from '../../domain/workflow/expression/expression.ts';
import type { CallNode, ComprehensionNode, ExpressionNode } from '../../domain/workflow/expression/expression-tree.ts';
import { pythonText } from './python-text.ts';

/** What names of the workflow are called in Python, and which of them are records whose fields are known. */
export interface PythonNames {
  nameOf(name: string): string;
  /** Whether `name.field` surely has a value. */
  hasField(name: string, field: string): boolean;
}

/** A function of python/expressions.py. */
interface PythonFunction {
  readonly python: string;
  readonly form: 'function' | 'method' | 'either';
  /** Values that it takes, that of a method's own text included. */
  readonly values: readonly [fewest: number, most: number];
}

const entry = (python: string, form: PythonFunction['form'], fewest: number, most = fewest): PythonFunction => ({
  ...{ python: `cel_${python}`, form },
  values: [fewest, most],
});

const functions: ReadonlyMap<string, PythonFunction> = new Map([
  ['!_', entry('negated', 'function', 1)],
  ['-_', entry('minus', 'function', 1)],
  ['_==_', entry('equal', 'function', 2)],
  ['_<_', entry('less', 'function', 2)],
  ['_<=_', entry('at_most', 'function', 2)],
  ['_>_', entry('greater', 'function', 2)],
  ['_>=_', entry('at_least', 'function', 2)],
  ['_+_', entry('plus', 'function', 2)],
  ['_-_', entry('less_by', 'function', 2)],
  ['_*_', entry('times', 'function', 2)],
  ['_/_', entry('divided', 'function', 2)],
  ['_%_', entry('remainder', 'function', 2)],
  ['_[_]', entry('item', 'function', 2)],
  ['@in', entry('contained', 'function', 2)],
  ['size', entry('size', 'either', 1)],
  ['matches', entry('matches', 'either', 2)],
  ['contains', entry('contains', 'method', 2)],
  ['startsWith', entry('starts_with', 'method', 2)],
  ['endsWith', entry('ends_with', 'method', 2)],
  ['charAt', entry('char_at', 'method', 2)],
  ['substring', entry('substring', 'method', 2, 3)],
  ['indexOf', entry('index_of', 'method', 2, 3)],
  ['lastIndexOf', entry('last_index_of', 'method', 2, 3)],
  ['join', entry('join', 'method', 1, 2)],
  ['lowerAscii', entry('lower_ascii', 'method', 1)],
  ['upperAscii', entry('upper_ascii', 'method', 1)],
  ['replace', entry('replace', 'method', 3, 4)],
  ['split', entry('split', 'method', 2, 3)],
  ['trim', entry('trimmed', 'method', 1)],
  ['reverse', entry('reverse', 'method', 1)],
  ['format', entry('formatted', 'method', 2)],
  ['int', entry('as_int', 'function', 1)],
  ['uint', entry('as_uint', 'function', 1)],
  ['double', entry('as_double', 'function', 1)],
  ['bool', entry('as_bool', 'function', 1)],
  ['string', entry('as_string', 'function', 1)],
  ['dyn', entry('dyn', 'function', 1)],
]);

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
  const known = functions.get(name);
  if (known === undefined) throw new ExpressionError(`the function "${name}" has no Python form`);
  if (name === 'matches' && second?.kind === 'constant' && withoutForm.test(second.value)) {
    throw new ExpressionError(`the pattern ${second.value} has what Python's own patterns do not know`);
  }
  const { python, form, values: wanted } = known;
  const isForm = form === 'either' || (form === 'method') === (target !== undefined);
  const fits = isForm && values.length >= wanted[0] && values.length <= wanted[1];
  return `${fits ? python : `cel_no_such_call`}(${values.map(write).join(', ')})`;
}

/** Classes of Unicode, what is not of a class, letters by octal numbers, and the flag that makes repetitions lazy. */
const withoutForm = /(?<!\\)(?:\\\\)*(?:\\[pP0-7]|\[:\^|\(\?[ims]*U)/;

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
