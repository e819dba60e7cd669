/** Shown in place of a secret. */
export const redacted = '[redacted]';

/** Fewer characters are not a secret, and may be part of any word. */
const leastAnywhere = 8;
const longestBeginning = 16;

/** What people write where a server insists on a key but none is needed. */
const placeholders =
  /^(|none|empty|null|ollama|lm-studio|llama|dummy|test|local|key|api-?key|token|not-?needed|no-?key|sk-no-key-required|x+)$/i;

export type Redact = (text: string) => string;

/**
 * Removes secrets from what a server or a library says. They are found verbatim, in the forms in which a server may repeat
 * what it was sent (URL-encoded, once or more; escaped for JSON or HTML, in any part; in base64, alone or within a longer text as
 * in Basic authorization), and also cut off, if half of them is there.
 * @param secrets values; anything that is not a secret (fewer than four characters, a placeholder) is left alone
 */
export function createRedact(secrets: readonly string[]): Redact {
  const finders = [...new Set(secrets)]
    .filter((secret) => secret.length >= 4 && !placeholders.test(secret))
    // A secret that is part of another one must not break it up.
    .sort((one, other) => other.length - one.length)
    .flatMap(findersOf);
  return (text) => finders.reduce((rest, find) => withoutFound(rest, find), text);
}

function withoutFound(text: string, find: Finder): string {
  let kept = '';
  let from = 0;
  for (let found = find(text, from); found !== undefined; found = find(text, from)) {
    kept += text.slice(from, found.start) + redacted;
    from = found.end;
  }
  return kept + text.slice(from);
}

interface Found {
  readonly start: number;
  readonly end: number;
}

/** Finds the next one at or after a place. */
type Finder = (text: string, from: number) => Found | undefined;

function findersOf(secret: string): Finder[] {
  // Adjacent backslashes are one unit: any number of them may have been escaped.
  const characters = secret.match(/\\+|[^\\]/gu) ?? [];
  if (secret.length < leastAnywhere) {
    const word = new RegExp(`(?<![A-Za-z0-9])${characters.map((each) => anyForm(each)).join('')}(?![A-Za-z0-9])`, 'g');
    return [(text, from) => foundBy(word, text, from)];
  }
  return [
    // After a percent sign, either reading may continue.
    finderOf(characters.map((each) => anyForm(each))),
    finderOf(characters.map((each) => anyForm(each, 'literal-first'))),
    ...base64Of(secret).map((encoded) =>
      finderOf([...encoded].map(base64Form), { before: /[A-Za-z0-9+/_-]$/, after: /^[A-Za-z0-9+/_=-]{1,3}/ }),
    ),
  ];
}

/**
 * Looks for the beginning with one expression, and continues from there character by character: an expression for all of a long
 * key is more than the engine can take.
 * @param edges what may precede and follow it as part of it, though its value is unknown
 */
function finderOf(forms: readonly string[], edges?: { readonly before: RegExp; readonly after: RegExp }): Finder {
  const least = Math.ceil(forms.length / 2);
  const beginning = new RegExp(forms.slice(0, Math.min(least, longestBeginning)).join(''), 'g');
  const rest = forms.slice(Math.min(least, longestBeginning)).map((form) => new RegExp(form, 'y'));
  const needed = least - Math.min(least, longestBeginning);
  return (text, from) => {
    for (let found = foundBy(beginning, text, from); found !== undefined; found = foundBy(beginning, text, found.start + 1)) {
      let { end } = found;
      let matched = 0;
      for (const form of rest) {
        const next = foundBy(form, text, end);
        if (next === undefined) break;
        end = next.end;
        matched += 1;
      }
      if (matched < needed) continue;
      const start =
        edges && found.start > from && edges.before.test(text.slice(found.start - 1, found.start))
          ? found.start - 1
          : found.start;
      return { start, end: end + (edges?.after.exec(text.slice(end, end + 3))?.[0].length ?? 0) };
    }
    return undefined;
  };
}

function foundBy(form: RegExp, text: string, from: number): Found | undefined {
  form.lastIndex = from;
  const match = form.exec(text);
  return match === null ? undefined : { start: match.index, end: match.index + match[0].length };
}

/** One character: itself, %41 and %2541, \\u0041 and \\x41 with any number of backslashes, &#65; &#x41; &amp;. */
function anyForm(character: string, order: 'literal-first' | 'literal-last' = 'literal-last'): string {
  if (character.startsWith('\\')) return backslashes(character.length);
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const bytes = [...new TextEncoder().encode(character)].map(
    (byte) => `%(?:25){0,4}${anyCase(byte.toString(16).padStart(2, '0'))}`,
  );
  const named = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }[character];
  const forms = [
    bytes.join(''),
    `\\\\{1,8}u0{0,4}${anyCase(hex)}`,
    `\\\\{1,8}x0{0,4}${anyCase(hex)}`,
    `&(?:amp;)?#0{0,6}${code};`,
    `&(?:amp;)?#[xX]0{0,6}${anyCase(hex)};`,
    ...(named === undefined ? [] : [`&(?:amp;)?${named};`]),
    ...(character === ' ' ? ['\\+'] : []),
  ];
  const itself = `\\\\{0,8}${literal(character)}`;
  return `(?:${(order === 'literal-first' ? [itself, ...forms] : [...forms, itself]).join('|')})`;
}

function backslashes(count: number): string {
  const each = ['%(?:25){0,4}5[cC]', '\\\\{1,8}[ux]0{0,4}5[cC]', '&(?:amp;)?#0{0,6}92;', '&(?:amp;)?#[xX]0{0,6}5[cC];'];
  return `(?:${each.join('|')}|\\\\{1,32}){1,${count}}`;
}

/** Base64 depends on how many bytes come before, modulo three; characters that depend on those bytes are left out. */
function base64Of(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
}

function base64Form(character: string): string {
  if (character === '+') return '(?:[+-]|%2[bB])';
  return character === '/' ? '(?:[/_]|\\\\{0,8}/|%2[fF])' : character;
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
