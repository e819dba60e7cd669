/** Shown in place of a secret. */
export const redacted = '[redacted]';

/** Fewer characters are no secret, and may be part of any word. */
const leastAnywhere = 8;

/** What people write where a server wants some key and none is needed. */
const placeholders =
  /^(|none|empty|null|ollama|lm-studio|llama|dummy|test|local|key|api-?key|token|not-?needed|no-?key|sk-no-key-required|x+)$/i;

export type Redact = (text: string) => string;

/**
 * Takes secrets out of what a server or a library says. They are found as they are, in the forms in which a server may repeat
 * what it was sent (URL-encoded, once or more; escaped for JSON or HTML, any part of it; in base64, alone or within a longer text
 * as of Basic authorization), and cut off after half of them or more.
 * @param secrets values; what is no secret (less than four characters, a placeholder) is left alone
 */
export function createRedact(secrets: readonly string[]): Redact {
  const forms = [...new Set(secrets)]
    .filter((secret) => secret.length >= 4 && !placeholders.test(secret))
    // A secret that is a part of another one must not break it up.
    .sort((one, other) => other.length - one.length)
    .flatMap(formsOf);
  return (text) => forms.reduce((rest, form) => rest.replace(form, redacted), text);
}

function formsOf(secret: string): RegExp[] {
  const whole = [...secret].map(anyForm);
  if (secret.length < leastAnywhere) return [new RegExp(`(?<![A-Za-z0-9])${whole.join('')}(?![A-Za-z0-9])`, 'g')];
  const least = Math.max(leastAnywhere, Math.ceil(whole.length / 2));
  const beginning = whole.slice(0, least).join('');
  const rest = whole.slice(least).reduceRight((tail, form) => `(?:${form}${tail})?`, '');
  return [new RegExp(beginning + rest, 'g'), ...base64Forms(secret)];
}

/** One character: itself, %41 and %2541, \\u0041 and \\x41 with any number of backslashes, &#65; &#x41; &amp;. */
function anyForm(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const bytes = [...new TextEncoder().encode(character)].map(
    (byte) => `%(?:25){0,4}${anyCase(byte.toString(16).padStart(2, '0'))}`,
  );
  const named = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }[character];
  const forms = [
    `\\\\{0,8}${literal(character)}`,
    bytes.join(''),
    `\\\\{1,8}u0{0,4}${anyCase(hex)}`,
    `\\\\{1,8}x0{0,4}${anyCase(hex)}`,
    `&(?:amp;)?#0{0,6}${code};`,
    `&(?:amp;)?#[xX]0{0,6}${anyCase(hex)};`,
    ...(named === undefined ? [] : [`&(?:amp;)?${named};`]),
    ...(character === ' ' ? ['\\+'] : []),
  ];
  return `(?:${forms.join('|')})`;
}

/** Base64 depends on how many bytes come before, modulo three; the characters that those share are left out. */
function base64Forms(secret: string): RegExp[] {
  const bytes = new TextEncoder().encode(secret);
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const own = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    const forms = [...own].map((each) => (each === '+' ? '(?:[+-]|%2[bB])' : each === '/' ? '(?:[/_]|\\\\{0,8}/|%2[fF])' : each));
    return new RegExp(`[A-Za-z0-9+/_-]?${forms.join('')}(?:[A-Za-z0-9+/_=-]|%3[dD]){0,3}`, 'g');
  });
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
