import type { SweepAxis } from './sweep-report-model.ts';

/** The axis whose values are repetitions of one setting, and no settings to choose from. */
export const seedAxis = 'seed';

/** Those whose values are compared: all but the seeds, and those that have only one. */
export function comparedAxes(axes: readonly SweepAxis[]): readonly SweepAxis[] {
  return axes.filter(({ name, values }) => name !== seedAxis && values.length > 1);
}

/** Equal for cells that agree on all axes but one. */
export function keyWithout(axis: string, values: Readonly<Record<string, string>>): string {
  const others = Object.entries(values).filter(([name]) => name !== axis);
  return JSON.stringify(others.sort(([one], [other]) => (one < other ? -1 : 1)));
}
