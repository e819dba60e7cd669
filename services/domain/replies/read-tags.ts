import { withoutThoughts } from './split-thoughts.ts';
import { closingTag, openingTag } from './tagged.ts';

/**
 * Reads the fields of a reply such as <answer>42</answer> as models really write them: with think blocks, other case, a code
 * fence around it, a missing end tag, or the form repeated before it is filled in (the last one counts). Fields that are not
 * there are left out.
 */
export function readTags<Name extends string>(reply: string, names: readonly Name[]): Partial<Record<Name, string>> {
  const text = withoutThoughts(reply);
  const fields: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const field = lastField(text, name, names) ?? jsonField(text, name);
    if (field !== undefined) fields[name] = field;
  }
  return fields;
}

/** The content of a reply that is one fenced block, without the fence. */
export function withoutFence(text: string): string {
  return /^\s*```[\w-]*[ \t]*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
}

/** The last tag that holds something counts. */
function lastField(text: string, name: string, names: readonly string[]): string | undefined {
  const openings = [...text.matchAll(new RegExp(openingTag(name), 'gi'))];
  const fields = openings.map((opening) => contentOf(text.slice(opening.index + opening[0].length), name, names));
  return fields.findLast((field) => field !== '') ?? fields.at(-1);
}

function contentOf(rest: string, name: string, names: readonly string[]): string {
  const closing = new RegExp(closingTag(name), 'i').exec(rest);
  const end = closing?.index ?? nextTag(rest, names) ?? rest.length;
  return withoutFence(rest.slice(0, end)).trim();
}

/** Where a field whose end tag is missing must end: at another field's tag. */
function nextTag(text: string, names: readonly string[]): number | undefined {
  const any = `(?:${names.join('|')})`;
  return new RegExp(`${openingTag(any)}|${closingTag(any)}`, 'i').exec(text)?.index;
}

/** Some models answer with a JSON object whatever is asked for. */
function jsonField(text: string, name: string): string | undefined {
  const json = /\{[\s\S]*\}/.exec(text)?.[0];
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    const field = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    return ['string', 'number', 'boolean'].includes(typeof field) ? String(field).trim() : undefined;
  } catch {
    return undefined;
  }
}
