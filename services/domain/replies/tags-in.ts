import { membersOf } from './json-members.ts';
import { splitThoughts, thoughtsIn } from './split-thoughts.ts';
import type { Tag } from './tag.ts';
import { unescaped, withoutStraySigns } from './without-stray-signs.ts';

/**
 * The fields of a reply, in order, as models really write them: in any case, with blanks and attributes, in a code fence, with
 * prose around them, inside one another, without an end tag, with signs escaped, or as the members of a JSON object. What stands
 * in thoughts is left out, and so are tags that prose only names. A field's own text may hold thoughts and other tags: a
 * workflow's prompts do.
 * @param names in small letters
 */
export function tagsIn<Name extends string>(reply: string, names: readonly Name[]): Tag<Name>[] {
  const plain = withoutStraySigns(reply);
  const text = splitThoughts(plain).text;
  for (const read of [
    () => readFrom(text, names),
    () => readFrom(splitThoughts(unescaped(plain)).text, names),
    // Where all is thoughts, the answer is among them.
    () => scanned(text, names, thoughtsIn(text, undefined)),
    () => membersOf(text, names),
  ]) {
    const found = read();
    if (found.length > 0) return found;
  }
  return [];
}

function readFrom<Name extends string>(text: string, names: readonly Name[]): Tag<Name>[] {
  const found = scanned(text, names, thoughtsIn(text, names));
  const missing = names.filter((name) => found.every((tag) => tag.name !== name || tag.text.trim() === ''));
  if (missing.length === 0 || found.length === 0) return found;
  // A field inside another one counts where it stands nowhere else.
  return found.flatMap((tag) => {
    const inner = tag.text.includes('<') ? scanned(tag.text, missing, thoughtsIn(tag.text, names)) : [];
    if (inner.length === 0) return [tag];
    return [{ ...tag, text: tag.text.slice(0, openingOf(tag.text, missing)) }, ...inner];
  });
}

function openingOf(text: string, names: readonly string[]): number {
  return tagPattern(names).exec(text)?.index ?? text.length;
}

interface Place<Name extends string> {
  readonly name: Name;
  readonly kind: 'open' | 'close' | 'empty';
  readonly at: number;
  readonly end: number;
}

/** Attributes may follow a name; a slash before the bracket makes it an empty one, a slash before the name an end tag. */
function tagPattern(names: readonly string[]): RegExp {
  return new RegExp(`<\\s*(\\\\?/\\s*)?(${names.join('|')})(\\s[^<>]*|/)?>`, 'gi');
}

function placesIn<Name extends string>(text: string, names: readonly Name[]): Place<Name>[] {
  return [...text.matchAll(tagPattern(names))].flatMap((match) => {
    const [whole, slash, written = '', rest = ''] = match;
    const end = match.index + whole.length;
    if (isQuoted(text, match.index, end)) return [];
    const name = names.find((one) => one === written.toLowerCase());
    if (name === undefined) return [];
    const kind = slash !== undefined ? 'close' : rest.endsWith('/') ? 'empty' : 'open';
    return [{ name, kind, at: match.index, end }] as const;
  });
}

function scanned<Name extends string>(
  text: string,
  names: readonly Name[],
  thoughts: readonly { readonly at: number; readonly end: number }[],
): Tag<Name>[] {
  const places = withoutMentions(placesIn(text, names), text);
  const ends = endsOf(places);
  const found: Tag<Name>[] = [];
  let from = 0;
  let thought = 0;
  for (const [index, place] of places.entries()) {
    if (place.at < from) continue;
    // Thoughts that begin inside a field are the field's.
    while ((thoughts[thought]?.at ?? text.length) < from) thought += 1;
    while ((thoughts[thought]?.at ?? text.length) < place.at) {
      from = Math.max(from, thoughts[thought]?.end ?? 0);
      thought += 1;
    }
    if (place.at < from || place.kind === 'close') continue;
    if (place.kind === 'empty') {
      found.push({ name: place.name, text: '', closed: true });
      continue;
    }
    const end = ends.get(place);
    const until = end?.at ?? places[index + 1]?.at ?? text.length;
    const inside = text.slice(place.end, until);
    const content = end === undefined ? withoutLooseEnd(inside) : unwrapped(undressed(inside), place.name);
    found.push({ name: place.name, text: content, closed: end !== undefined });
    from = end?.end ?? until;
  }
  return found;
}

/** Which end tag closes which tag: as brackets do, each name for itself. */
function endsOf<Name extends string>(places: readonly Place<Name>[]): ReadonlyMap<Place<Name>, Place<Name>> {
  const open = new Map<Name, Place<Name>[]>();
  const ends = new Map<Place<Name>, Place<Name>>();
  for (const place of places) {
    const before = open.get(place.name) ?? [];
    open.set(place.name, before);
    if (place.kind === 'open') before.push(place);
    const opening = place.kind === 'close' ? before.pop() : undefined;
    if (opening !== undefined) ends.set(opening, place);
  }
  return ends;
}

/** "I reply in <answer> tags" fills in nothing; words before and after a tag may, where no other tag of the name is left. */
function withoutMentions<Name extends string>(all: readonly Place<Name>[], text: string): readonly Place<Name>[] {
  const places = all.filter(
    ({ kind, end }) => kind !== 'open' || !/^[`*]*\s+(?:tags?|blocks?|elements?|and|or)\b/.test(text.slice(end, end + 20)),
  );
  const isMention = places.map((place, index) => place.kind === 'open' && isAmidProse(text, place, places[index + 1]));
  const meant = new Set(places.filter(({ kind }, index) => kind === 'open' && !isMention[index]).map(({ name }) => name));
  return places.filter(({ name }, index) => !isMention[index] || !meant.has(name));
}

/** Of a line, to either side of a tag; it only bounds the time. */
const nearby = 200;

/** Words stand before it and after it in its line, and its end tag does not follow there. */
function isAmidProse(text: string, { name, at, end }: Place<string>, next: Place<string> | undefined): boolean {
  const before =
    text
      .slice(Math.max(0, at - nearby), at)
      .split('\n')
      .at(-1) ?? '';
  const [after = ''] = text.slice(end, end + nearby).split('\n', 1);
  if (!/[\p{L}\p{N}]/u.test(before.replaceAll(/<[^<>]*>/g, ' ')) || after.trim() === '') return false;
  return !(next?.name === name && next.kind === 'close' && next.at <= end + after.length);
}

/** In quotation marks, amid prose: a tag that stands in them alone on its line is only dressed up. */
function isQuoted(text: string, at: number, end: number): boolean {
  const isAlone =
    /(?:^|\n)[ \t]*`$/.test(text.slice(Math.max(0, at - nearby), at)) && /^`[ \t]*(?:\n|$)/.test(text.slice(end, end + nearby));
  return !isAlone && /["'`“‘«]/.test(text[at - 1] ?? '') && /["'`”’»]/.test(text[end] ?? '');
}

/** A field without its end tag must not keep what ends something else: a root element, or a fence around the whole form. */
function withoutLooseEnd(text: string): string {
  const end = /<\s*\/\s*([\w-]+)\s*>?\s*$/.exec(text.slice(-nearby));
  const rest = end === null ? text : text.slice(0, -end[0].length);
  const inner = end === null || new RegExp(`<\\s*${end[1]}\\b`, 'i').test(rest) ? text : rest;
  const fences = inner.match(/^[ \t]*(?:`{3,}|~{3,})/gm)?.length ?? 0;
  return fences % 2 === 0 ? inner : inner.trimEnd().replace(/\n[ \t]*(?:`{3,}|~{3,})$/, '');
}

/** "**<answer>** 42 **</answer>**" marks up the tags, and not what stands between them. */
function undressed(text: string): string {
  const [, inner] = /^(?:\*{1,3}|`)(?=\s)([\s\S]*?\s)(?:\*{1,3}|`)$/.exec(text) ?? [];
  return inner ?? text;
}

/** <answer><answer>42</answer></answer> and <answer><![CDATA[42]]></answer> say 42. */
function unwrapped(text: string, name: string): string {
  const same = new RegExp(`^\\s*<\\s*${name}(?:\\s[^<>]*)?>([\\s\\S]*)<\\s*/\\s*${name}\\s*>\\s*$`, 'i');
  return (same.exec(text) ?? /^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/.exec(text))?.[1] ?? text;
}
