import type { CelFunc, CelList, CelMap, CelValue } from '@bufbuild/cel';
import { CelScalar, celFunc, isCelList, isCelMap, isCelUint, mapType } from '@bufbuild/cel';

const { BOOL, DOUBLE, DYN, INT, STRING, UINT } = CelScalar;
const MAP = mapType(DYN, DYN);

/** What x[i] and has(x.field) are called once mend-tree.ts has made function calls of them. */
export const itemFunction = '@item';
export const hasFunction = '@has';

/** Items and keys. The evaluator itself takes true for the index 1, and treats a key whose value is null as missing. */
export const accessFunctions: readonly CelFunc[] = [
  celFunc(itemFunction, [DYN, DYN], DYN, (of, at) => {
    if (isCelList(of)) return listItem(of, at);
    if (!isCelMap(of)) throw new Error('only a list or a map has items');
    const value = valueAt(of, at);
    if (value === undefined) throw new Error(`the map has no key ${keyText(at)}`);
    return value;
  }),
  celFunc(hasFunction, [DYN, STRING], BOOL, (of, field) => {
    if (isCelList(of)) throw new Error(`a list has no field "${field}"`);
    return isCelMap(of) && valueAt(of, field) !== undefined;
  }),
  // The evaluator has one for each type of key, and each must be replaced.
  ...[STRING, DOUBLE, INT, BOOL, UINT, DYN].map((type) =>
    celFunc('@in', [type, MAP], BOOL, (key: CelValue, map: CelMap) => valueAt(map, key) !== undefined),
  ),
];

function listItem(list: CelList, at: CelValue): CelValue {
  const index = isCelUint(at) ? Number(at.value) : typeof at === 'bigint' || typeof at === 'number' ? Number(at) : Number.NaN;
  if (!Number.isInteger(index)) throw new Error(`the index of a list is a whole number, and ${keyText(at)} is not one`);
  const item = list.get(index);
  if (item === undefined) throw new Error(`index ${index} out of bounds: the list has ${list.size} items, the first at 0`);
  return item;
}

/** Undefined for a key that is missing, or that no map can have. */
function valueAt(map: CelMap, key: CelValue): CelValue | undefined {
  const isKey = typeof key === 'string' || typeof key === 'boolean' || typeof key === 'bigint' || typeof key === 'number';
  return isKey || isCelUint(key) ? map.get(key as Parameters<CelMap['get']>[0]) : undefined;
}

function keyText(key: CelValue): string {
  if (typeof key === 'string') return JSON.stringify(key);
  if (isCelUint(key)) return String(key.value);
  return key === null || typeof key !== 'object' ? String(key) : 'of that type';
}
