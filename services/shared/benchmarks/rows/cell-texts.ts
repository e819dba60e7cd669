import { isGroup } from '../../settings/sorted-text.ts';

/**
 * What a row holds in a column, or below it: `answers.text` is the column of that name, or else what `answers` has as `text`, and
 * of a list of groups what each of them has.
 * @returns undefined if there is nothing of that name; null counts as an empty cell
 */
export function cellAt(cells: Readonly<Record<string, unknown>>, column: string): unknown {
  if (Object.hasOwn(cells, column)) return cells[column];
  const keys = column.split('.');
  return keys.length === 1 ? undefined : below(cells, keys);
}

/** The paths that there are where a path leads nowhere: of the deepest group on its way. Undefined where no group is on it. */
export function pathsBeside(cells: Readonly<Record<string, unknown>>, column: string): readonly string[] | undefined {
  const keys = column.split('.');
  for (let depth = keys.length - 1; depth > 0; depth -= 1) {
    const path = keys.slice(0, depth);
    const found = below(cells, path);
    const group: unknown = Array.isArray(found) ? found[0] : found;
    if (isGroup(group)) return Object.keys(group).map((key) => [...path, key].join('.'));
  }
  return undefined;
}

function below(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  if (Array.isArray(value)) {
    if (/^\d+$/.test(key)) return below(value[Number(key)], rest);
    const found = value.map((item) => below(item, [key, ...rest])).filter((item) => item !== undefined);
    return found.length === 0 && value.length > 0 ? undefined : found.flat();
  }
  return isGroup(value) && Object.hasOwn(value, key) ? below(value[key], rest) : undefined;
}

/**
 * A cell as texts: numbers, true and false count as such, and so does each item of a list of these. Nothing is no text.
 * @returns undefined if it holds anything else
 */
export function cellTexts(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  const texts = (Array.isArray(value) ? value : [value]).map((item) => (item === null ? '' : plainText(item)));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function plainText(value: unknown): string | undefined {
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
}
