/**
 * Does what one line in a registry does.
 * @returns takes it out again
 */
export function addToRegistry<Item>(registry: ReadonlyMap<string, Item>, name: string, item: Item): () => void {
  const map = registry as Map<string, Item>;
  map.set(name, item);
  return () => void map.delete(name);
}
