import { suggestion } from '../names/near-name.ts';
import type { SweepLabel } from './sweep-event.ts';

/** Settings by their paths, such as "evaluation.method". */
export type Assignments = Readonly<Record<string, unknown>>;

/** One thing that a sweep varies: each of its values sets one setting or several. */
export interface Axis {
  readonly name: string;
  readonly values: readonly AxisValue[];
  /** The setting that its values are values of: an entry of `include` may name another one. Absent: each value has a name. */
  readonly path?: string;
}

export interface AxisValue {
  readonly label: string;
  readonly assignments: Assignments;
}

export interface Matrix {
  readonly axes: readonly Axis[];
  /** Each excludes the cells that have all of its labels. */
  readonly exclude: readonly Readonly<Record<string, readonly string[]>>[];
  /** Each adds cells: its values, with each value of the axes that it does not name. Other names are paths of settings. */
  readonly include: readonly Readonly<Record<string, readonly unknown[]>>[];
}

export interface MatrixCell {
  readonly labels: readonly SweepLabel[];
  readonly set: readonly CellSetting[];
}

export interface CellSetting {
  readonly path: string;
  readonly value: unknown;
  /** Where the sweep file says it, e.g. "matrix.seed". */
  readonly field: string;
}

/** Something wrong in a sweep file. */
export interface MatrixFault {
  readonly field: string;
  /** Begins with the field. */
  readonly message: string;
}

export interface ExpandedMatrix {
  /** In the order of the file: the first axis changes slowest. */
  readonly cells: readonly MatrixCell[];
  readonly faults: readonly MatrixFault[];
}

export const mostCells = 10_000;

interface Choice {
  readonly label: string;
  readonly set: readonly CellSetting[];
}

interface Column {
  readonly axis: string;
  readonly choices: readonly Choice[];
}

/** Every cell of a matrix, or all that is wrong with it. */
export function expandMatrix({ axes, exclude, include }: Matrix): ExpandedMatrix {
  const faults = [...axisFaults(axes), ...sharedSettings(axes)];
  const columns = axes.map((axis) => columnOf(axis, `matrix.${axis.name}`));
  const rows = columns.reduce((product, { choices }) => product * choices.length, 1);
  if (rows > mostCells) {
    const message = `matrix has ${rows} cells, and a sweep has at most ${mostCells}`;
    return { cells: [], faults: [...faults, { field: 'matrix', message }] };
  }
  const product = axes.length === 0 && include.length > 0 ? [] : cellsOf(columns);
  const rules = exclude.map((entry, place) => excludeRule(axes, entry, `exclude.${place}`, product, faults));
  const kept = product.filter((cell) => !rules.some((excludes) => excludes(cell)));
  const known = new Map(kept.map((cell) => [keyOf(cell), 'the matrix']));
  const added = include.flatMap((entry, place) => {
    const field = `include.${place}`;
    return includedCells(axes, entry, field, faults).filter((cell) => {
      const where = known.get(keyOf(cell));
      if (where !== undefined)
        faults.push({ field, message: `${field} adds ${describeCell(cell)}, which is in ${where} already` });
      known.set(keyOf(cell), field);
      return where === undefined;
    });
  });
  const cells = [...kept, ...added];
  if (cells.length === 0 && faults.length === 0)
    faults.push({ field: 'exclude', message: 'exclude leaves no cell of the matrix' });
  if (cells.length > mostCells)
    faults.push({ field: 'include', message: `the sweep has ${cells.length} cells, and at most ${mostCells} are possible` });
  return { cells, faults };
}

/** E.g. "benchmark gsm8k, seed 1". */
export function describeCell({ labels }: { readonly labels: readonly SweepLabel[] }): string {
  return labels.length === 0 ? 'the only cell' : labels.map(({ axis, value }) => `${axis} ${value}`).join(', ');
}

function axisFaults(axes: readonly Axis[]): MatrixFault[] {
  return axes.flatMap(({ name, values }) => {
    const field = `matrix.${name}`;
    if (values.length === 0) return [{ field, message: `${field} has no value: leave it out, or name one` }];
    const twice = values.map(({ label }) => label).filter((label, place, labels) => labels.indexOf(label) < place);
    return [...new Set(twice)].map((label) => ({ field, message: `${field} names ${label} twice` }));
  });
}

/** Two axes that set the same: the second would silently undo the first. */
function sharedSettings(axes: readonly Axis[]): MatrixFault[] {
  const paths = axes.map(({ name, values }) => ({
    name,
    paths: new Set(values.flatMap(({ assignments }) => Object.keys(assignments))),
  }));
  return paths.flatMap(({ name, paths: own }, place) =>
    paths.slice(0, place).flatMap(({ name: other, paths: others }) => {
      const both = [...own].find((path) => [...others].some((another) => overlap(path, another)));
      if (both === undefined) return [];
      const field = `matrix.${name}`;
      return [
        { field, message: `${field} and matrix.${other} both set ${both}: put them into one axis whose values have names` },
      ];
    }),
  );
}

function overlap(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

function columnOf({ name, values }: Axis, field: string): Column {
  const unique = new Map(values.map((value) => [value.label, value]));
  return { axis: name, choices: [...unique.values()].map((value) => choiceOf(value, field)) };
}

function choiceOf({ label, assignments }: AxisValue, field: string): Choice {
  return { label, set: Object.entries(assignments).map(([path, value]) => ({ path, value, field })) };
}

function cellsOf(columns: readonly Column[]): MatrixCell[] {
  return columns.reduce<MatrixCell[]>(
    (cells, { axis, choices }) =>
      cells.flatMap(({ labels, set }) =>
        choices.map((choice) => ({ labels: [...labels, { axis, value: choice.label }], set: [...set, ...choice.set] })),
      ),
    [{ labels: [], set: [] }],
  );
}

type Excludes = (cell: MatrixCell) => boolean;

function excludeRule(
  axes: readonly Axis[],
  entry: Readonly<Record<string, readonly string[]>>,
  field: string,
  cells: readonly MatrixCell[],
  faults: MatrixFault[],
): Excludes {
  const none: Excludes = () => false;
  const wrong = Object.entries(entry).flatMap(([name, labels]) => {
    const axis = axes.find((each) => each.name === name);
    if (axis === undefined) {
      const known = axes.map((each) => each.name);
      return [`${field}.${name} is no axis of the matrix; ${suggestion(name, known)}`];
    }
    const known = axis.values.map(({ label }) => label);
    return labels
      .filter((label) => !known.includes(label))
      .map((label) => `${field}.${name} names ${label}, which matrix.${name} does not have; ${suggestion(label, known)}`);
  });
  if (wrong.length > 0) {
    faults.push(...wrong.map((message) => ({ field, message })));
    return none;
  }
  const excludes: Excludes = ({ labels }) =>
    Object.entries(entry).every(([name, wanted]) => labels.some(({ axis, value }) => axis === name && wanted.includes(value)));
  if (Object.keys(entry).length === 0) faults.push({ field, message: `${field} says nothing: it would exclude every cell` });
  else if (!cells.some(excludes)) faults.push({ field, message: `${field} excludes no cell of the matrix` });
  return excludes;
}

function includedCells(
  axes: readonly Axis[],
  entry: Readonly<Record<string, readonly unknown[]>>,
  field: string,
  faults: MatrixFault[],
): MatrixCell[] {
  const columns = axes.map((axis): Column => {
    const values = entry[axis.name];
    if (values === undefined) return columnOf(axis, `matrix.${axis.name}`);
    const choices = values.flatMap((value) => {
      const label = labelOf(value);
      const known = axis.values.find((each) => each.label === label);
      if (known !== undefined) return [choiceOf(known, field)];
      if (axis.path !== undefined) return [choiceOf({ label, assignments: { [axis.path]: value } }, field)];
      const names = axis.values.map((each) => each.label);
      const message = `${field}.${axis.name} names ${label}, which matrix.${axis.name} does not have; ${suggestion(label, names)}`;
      faults.push({ field, message });
      return [];
    });
    return { axis: axis.name, choices };
  });
  const others = Object.entries(entry).filter(([name]) => axes.every((axis) => axis.name !== name));
  const more = others.map(([path, values]): Column => {
    const choices = values.map((value) => choiceOf({ label: labelOf(value), assignments: { [path]: value } }, field));
    return { axis: path, choices };
  });
  return cellsOf([...columns, ...more]);
}

/** What a value is called in tables. */
export function labelOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}

function keyOf({ labels }: MatrixCell): string {
  return JSON.stringify(labels.map(({ axis, value }) => [axis, value]).sort());
}
