import { readJson } from './read-json.ts';
import type { Tag } from './tag.ts';
import { fencedTexts } from './without-fence.ts';

/** Some models answer with a JSON object whatever is asked for. An object or a list in it is given as JSON. */
export function membersOf<Name extends string>(text: string, names: readonly Name[]): Tag<Name>[] {
  const texts = [text.slice(Math.max(0, text.indexOf('{')), text.lastIndexOf('}') + 1), ...fencedTexts(text).reverse()];
  for (const candidate of texts) {
    const found = namedIn(objectIn(candidate), names, deepest);
    if (found.length > 0) return found;
  }
  return [];
}

/** Objects around the form, as in a call of a tool. */
const deepest = 3;

function namedIn<Name extends string>(members: object, names: readonly Name[], depth: number): Tag<Name>[] {
  const found = Object.entries(members).flatMap(([key, value]) => {
    const name = names.find((one) => one === key.toLowerCase());
    if (name === undefined || value === null) return [];
    return [{ name, text: typeof value === 'object' ? JSON.stringify(value) : String(value), closed: true }];
  });
  if (found.length > 0 || depth === 0) return found;
  return Object.values(members).flatMap((value: unknown) =>
    typeof value === 'object' && value !== null ? namedIn(value, names, depth - 1) : [],
  );
}

function objectIn(text: string): object {
  try {
    const value = readJson(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}
