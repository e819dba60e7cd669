import { UnknownNameError } from './unknown-name-error.ts';

/** Things of one kind by their names, in the order in which people see them. */
export interface Registry<Item> extends ReadonlyMap<string, Item> {
  /** @throws UnknownNameError */
  named(name: string): Item;
  /** What to say about a name that is not in it. */
  unknown(name: string): UnknownNameError;
}

/**
 * @param what one of them is called in messages, e.g. "pick policy"
 * @throws RangeError if two have one name
 */
export function registryOf<Item extends { readonly name: string }>(what: string, items: readonly Item[]): Registry<Item> {
  const byName = new Map(items.map((item) => [item.name, item]));
  const twice = items.find((item) => byName.get(item.name) !== item);
  if (twice !== undefined) throw new RangeError(`two are called "${twice.name}", and each ${what} needs a name of its own`);
  const unknown = (name: string): UnknownNameError => new UnknownNameError(what, name, [...byName.keys()]);
  const named = (name: string): Item => {
    const item = byName.get(name);
    if (item === undefined) throw unknown(name);
    return item;
  };
  return Object.assign(byName, { named, unknown });
}
