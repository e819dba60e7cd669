import type { CelFunc, CelList, CelValue } from '@bufbuild/cel';
import { CelScalar, celMethod, isCelList, isCelMap, isCelUint, listType } from '@bufbuild/cel';
import { fixedDouble, plainDouble, scientificDouble } from './double-text.ts';

/** Like cel-go's: surplus values are ignored, and too few are an error. */
export const formatFunction: CelFunc = celMethod(
  'format',
  CelScalar.STRING,
  [listType(CelScalar.DYN)],
  CelScalar.STRING,
  function (values) {
    return formatted(this, values);
  },
);

const mostDecimals = 100;
const clauseForm = /%(?:(%)|(?:\.(\d+))?([sdfebxXo]))/y;

/**
 * How many values a text of `format` asks for.
 * @throws Error for a clause that there is not
 */
export function valuesAskedFor(text: string): number {
  let count = 0;
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at)) {
    const { whole, percent } = clauseAt(text, at);
    at += whole.length;
    if (percent === undefined) count += 1;
  }
  return count;
}

function clauseAt(text: string, at: number) {
  clauseForm.lastIndex = at;
  const [whole = '', percent, decimals, letter = ''] = clauseForm.exec(text) ?? [];
  if (whole === '') throw new Error(`format does not know the clause "${text.slice(at, at + 5)}"; a percent sign is written %%`);
  return { whole, percent, decimals, letter };
}

function formatted(text: string, values: CelList): string {
  let made = '';
  let used = 0;
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '%') {
      made += text[at];
      at += 1;
      continue;
    }
    const { whole, percent, decimals, letter } = clauseAt(text, at);
    at += whole.length;
    if (percent === undefined) {
      if (used >= values.size) throw new Error(`format has ${values.size} values, and its text asks for more`);
      made += filledIn(letter, values.get(used) ?? null, decimals === undefined ? 6 : decimalsOf(decimals));
      used += 1;
    } else made += '%';
  }
  return made;
}

function decimalsOf(text: string): number {
  if (Number(text) > mostDecimals) throw new Error(`format writes at most ${mostDecimals} decimals, and not ${text}`);
  return Number(text);
}

function filledIn(letter: string, value: CelValue, decimals: number): string {
  const whole = wholeNumber(value);
  const number = typeof value === 'number' ? value : whole === undefined ? undefined : Number(whole);
  switch (letter) {
    case 's':
      return shown(value);
    case 'd':
      if (number !== undefined) return shown(value);
      break;
    case 'f':
      if (number !== undefined) return fixedDouble(number, decimals);
      break;
    case 'e':
      if (number !== undefined) return scientificDouble(number, decimals);
      break;
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      if (whole !== undefined) return whole.toString(2);
      break;
    case 'o':
      if (whole !== undefined) return whole.toString(8);
      break;
    default: {
      const digits = whole === undefined ? hexBytes(value) : whole.toString(16);
      if (digits !== undefined) return letter === 'X' ? digits.toUpperCase() : digits;
    }
  }
  throw new Error(`format cannot write ${kindOf(value)} as %${letter}`);
}

function wholeNumber(value: CelValue): bigint | undefined {
  if (isCelUint(value)) return value.value;
  return typeof value === 'bigint' ? value : undefined;
}

function hexBytes(value: CelValue): string | undefined {
  if (typeof value !== 'string') return undefined;
  return [...new TextEncoder().encode(value)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function shown(value: CelValue): string {
  if (typeof value === 'number') return plainDouble(value);
  if (isCelUint(value)) return String(value.value);
  if (isCelList(value)) return `[${[...value].map(shown).join(', ')}]`;
  if (isCelMap(value)) {
    const entries = [...value].map(([key, inner]) => [shown(key), shown(inner)] as const);
    return `{${entries
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map((entry) => entry.join(': '))
      .join(', ')}}`;
  }
  if (value === null || typeof value !== 'object') return String(value);
  throw new Error(`format cannot write ${kindOf(value)}`);
}

function kindOf(value: CelValue): string {
  if (value === null) return 'null';
  if (isCelList(value)) return 'a list';
  if (isCelMap(value)) return 'a map';
  if (isCelUint(value) || typeof value === 'bigint') return 'a whole number';
  return (
    { string: 'a text', number: 'a number with decimals', boolean: 'true or false' }[typeof value as string] ?? 'such a value'
  );
}
