/** Words and numbers of an answer as a careful reader compares them. */

const numberWords: Readonly<Record<string, string>> = Object.fromEntries(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'
    .split(' ')
    .map((word, value) => [word, String(value)]),
);
const scales: Readonly<Record<string, number>> = { hundred: 1e2, thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };
const articles = new Set(['a', 'an', 'the']);
const plainNumber = /^-?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?$/;

/**
 * Lower case, no articles, no punctuation but inside numbers; "1,200", "1200.0" and "$1200" are one number, as are "three" and
 * "3", "1.6 million" and "1600000". Words with a hyphen are two.
 */
export function answerTokens(text: string): string[] {
  const parts = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .split(/\s+|(?<=[\p{L}\p{N}.%])-/u);
  const tokens: string[] = [];
  for (const part of parts) {
    const scale = scales[part.replace(/[^\p{L}]/gu, '')];
    const before = Number(tokens.at(-1) ?? 'x');
    if (scale !== undefined && Number.isFinite(before)) tokens.splice(-1, 1, String(before * scale));
    else tokens.push(...tokenOf(part));
  }
  return tokens;
}

function tokenOf(part: string): string[] {
  const number = readPlainNumber(part);
  if (number !== undefined) return [number];
  const word = part.replace(/[^\p{L}\p{N}\p{M}]/gu, '');
  if (word === '' || articles.has(word)) return [];
  return [numberWords[word] ?? word];
}

/** Currency signs before and percent signs and punctuation after do not matter. */
function readPlainNumber(part: string): string | undefined {
  const bare = part.replace(/^[^\p{L}\p{N}.-]+/u, '').replace(/[^\p{L}\p{N}]+$/u, '');
  if (!/\d/.test(bare) || !plainNumber.test(bare)) return undefined;
  return String(Number(bare.replaceAll(',', '')));
}

export function isNumberToken(token: string): boolean {
  return /^-?\d+(?:\.\d+)?(?:e[-+]\d+)?$/.test(token);
}
