import { suggestion } from '../../names/near-name.ts';
import type { Operator } from '../../operators/operator.ts';
import type { Report } from '../problem.ts';
import type { RecordShape, Shape } from './shape.ts';
import { any, compatible, describeShape, text } from './shape.ts';

/** The names of one run of steps: the workflow's own, or the body of a parallel or map step, which sees those outside it. */
export interface Scope {
  readonly outer: Scope | undefined;
  readonly shapes: Map<string, Shape>;
  /** The names that have a value on every path to here. */
  readonly assigned: ReadonlySet<string>;
}

/** What the checks of one workflow share. */
export interface Checks {
  readonly report: Report;
  readonly query: RecordShape;
  /** Every id of the workflow, wherever it is. */
  readonly ids: ReadonlySet<string>;
  /** Those that are assigned in more than one place. */
  readonly reassigned: ReadonlySet<string>;
  readonly operators: ReadonlyMap<string, Operator>;
  readonly prompts: Readonly<Record<string, string>>;
}

export function queryShape(fields: readonly string[]): RecordShape {
  return { kind: 'record', of: 'query', fields: Object.fromEntries(fields.map((field) => [field, text])) };
}

export const newScope = (outer?: Scope): Scope => ({ outer, shapes: new Map(), assigned: new Set() });

export function visibleShape(name: string, scope: Scope, checks: Checks, complain: Complain): Shape {
  if (name === 'query') return checks.query;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const shape = at.shapes.get(name);
    if (shape === undefined) continue;
    if (!at.assigned.has(name))
      complain('unassigned-name', `"${name}" has no value on some paths to this step: set it before the if or loop that sets it`);
    return shape;
  }
  if (checks.ids.has(name))
    complain(
      'unassigned-name',
      `"${name}" has no value here: its step comes later, or is inside a parallel or map step and cannot be seen from outside`,
    );
  else if (Object.hasOwn(checks.query.fields, name))
    complain('unknown-name', `there is no "${name}": the query's field is query.${name}`);
  else complain('unknown-name', `there is no "${name}": ${suggestion(name, [...visibleNames(scope), 'query'])}`);
  return any;
}

type Complain = (rule: 'unassigned-name' | 'unknown-name', message: string) => void;

export function visibleNames(scope: Scope): string[] {
  return [...scope.assigned, ...(scope.outer === undefined ? [] : visibleNames(scope.outer))];
}

/** The scope after a name is assigned; problems with the name are reported. */
export function assign(scope: Scope, name: string, shape: Shape, at: { step: string; field: string; report: Report }): Scope {
  for (let outer = scope.outer; outer !== undefined; outer = outer.outer) {
    if (outer.shapes.has(name)) {
      const message = `"${name}" is already a name outside this parallel or map step, whose branches cannot change it: use another name`;
      at.report(at.step, at.field, 'shadowed-name', message);
    }
  }
  const before = scope.shapes.get(name);
  if (before !== undefined && !compatible(before, shape)) {
    const message = `"${name}" was ${describeShape(before)} before and would become ${describeShape(shape)}: use another name`;
    at.report(at.step, at.field, 'changed-type', message);
  }
  if (before === undefined) scope.shapes.set(name, shape);
  return { ...scope, assigned: new Set([...scope.assigned, name]) };
}

/** The scope after two paths meet; a path that has returned is undefined. */
export function meeting(left: Scope | undefined, right: Scope | undefined): Scope | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return { ...left, assigned: new Set([...left.assigned].filter((name) => right.assigned.has(name))) };
}
