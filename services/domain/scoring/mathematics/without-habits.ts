import { numberInWords } from '../number-words.ts';

/** Escapes that ate the beginning of a command, as when Python prints "\frac" from a text that is not raw. */
const eaten = [
  ['\f', String.raw`(?=rac\s*\{)`, '\\f'],
  ['\t', String.raw`(?=(?:ext|frac)\s*\{|imes\b|heta\b)`, '\\t'],
  ['\u0007', String.raw`(?=pprox\b|lpha\b)`, '\\a'],
  ['\v', String.raw`(?=ec\s*\{|arnothing\b)`, '\\v'],
  ['\r', String.raw`(?=ight\b|angle\b)`, '\\r'],
].map(([sign, rest, command = '']) => ({ pattern: new RegExp(`${sign}${rest}`, 'g'), command }));
const blank = String.raw`(?:\s|\\[,;: ]|~)*`;
/** "3 \text{ (since } x > 0)", "3 \text{ when } x = 1": what follows is no part of the value. */
const reason = new RegExp(
  String.raw`(?<=[\p{L}\d})\]])${blank}\\(?:text|mbox|textrm)\s*\{\s*(?:(?:since|when|because|attained|achieved|for (?:all|any|every))\b|\((?:since|when|because|for|if|where|as|with|at|given)\b)[\s\S]*$`,
  'u',
);
/** ]0,1[ is (0,1) in French. Behind the degree of a root, which is in square brackets too, a brace follows. */
const frenchInterval = /(?:(?<![\w}])|(?<=\\cup))([\][])(?!\{)([^\][()]{1,80}[,;][^\][()]{1,80})([\][])/g;
/** "8^{\text{th}}" is 8. */
const ordinal =
  /(?<=\d)\s*\^\s*(?:\{\s*\\(?:text|mathrm|textrm)\s*\{\s*(?:st|nd|rd|th)\s*\}\s*\}|\{\s*(?:st|nd|rd|th)\s*\}|\\(?:text|mathrm|textrm)\s*\{\s*(?:st|nd|rd|th)\s*\})/g;
const bases = 'two three four five six seven eight nine ten eleven twelve'.split(' ');
const baseInWords = new RegExp(
  String.raw`_\s*\{\s*(?:\\(?:text|mathrm|textrm)\s*\{\s*)?(${bases.join('|')}|sixteen)\s*\}?\s*\}`,
  'g',
);
/** "333 (base 4)", "333_{\text{base } 4}". */
const baseBehind =
  /(?<=[\dA-F])\s*(?:\\(?:text|mathrm)\s*\{\s*\(?\s*(?:in )?base[\s-]?(\d{1,2})\s*\)?\s*\}|\(\s*base[\s-]?(\d{1,2})\s*\)|_\s*\{\s*\\(?:text|mathrm)\s*\{\s*base\s*\}\s*(\d{1,2})\s*\})\s*$/;
/** "6 (six)". */
const wordBehind = /(?<=\d)\s*\(\s*(?:\\text\s*\{\s*)?([a-z]{3,}(?:[ -][a-z]{3,})*)\s*\}?\s*\)\s*$/i;
/** "about 12" is 12, and "minus 3" is -3. */
const hedge = /^\s*(?:approximately|about|roughly|around|exactly|equal\s+to|equals)\s+(?=[-\u2212\d.\\$])/i;
const minusInWords = /^\s*(?:negative|minus)\s+(?=[\d.\\])/i;
/** \binom{10}{3} as {}_{10}C_3 or ^{10}C_3. */
const combinations =
  /(?<![\p{L}\p{N}}])(?:\{\s*\})?\s*[_^]\s*(?:\{\s*(\d{1,3})\s*\}|(\d))\s*(?:C|\\(?:text|mathrm|mathbf)\s*\{\s*C\s*\})\s*_\s*(?:\{\s*(\d{1,3})\s*\}|(\d))/gu;
/** (101)_2 and \text{AB}_{16} are digits in a base. */
const digitsInBase = /(?:\(([\dA-F]+)\)|\\(?:text|mathrm)\s*\{([\dA-F]+)\})(?=\s*_\s*\{?\s*\d)/g;

/** "3 \pmod 7", "3 (mod 7)". */
const modulus =
  /(?:\\(?:pmod|pod|mod)\s*\{?\s*(\d+)\s*\}?|(?:\\left)?\(\s*(?:\\(?:text|mathrm|operatorname)\s*\{\s*mod\s*\}|\\[bp]?mod|mod)\s*(\d+)\s*(?:\\right)?\)|\\text\s*\{\s*\(\s*mod\s*\}\s*(\d+)\s*\))\s*$/;

function isNumber(words: string): boolean {
  const parts = words.toLowerCase().split(/[ -]/);
  return numberInWords(parts)?.length === parts.length;
}

/** A formula without what some models and programs write around a value or into it. */
export function withoutHabits(text: string): string {
  const whole = eaten.reduce((rest, { pattern, command }) => rest.replace(pattern, command), text);
  return whole
    .replace(reason, '')
    .replace(modulus, (_all, ...of: string[]) => `\\word{mod${of[0] ?? of[1] ?? of[2]}}`)
    .replace(baseBehind, (_all, ...of: string[]) => `_{${of[0] ?? of[1] ?? of[2]}}`)
    .replace(/(?<=\d)\s?\u00a2\s*$|(?<=^\s*\d+)(?:st|nd|rd|th)\s*$/, '')
    .replace(hedge, '')
    .replace(wordBehind, (all, words: string) => (isNumber(words) ? '' : all))
    .replace(minusInWords, '-')
    .replace(combinations, (_all, ...of: string[]) => `\\binom{${of[0] ?? of[1]}}{${of[2] ?? of[3]}}`)
    .replace(ordinal, '')
    .replace(baseInWords, (_all, word: string) => `_{${word === 'sixteen' ? 16 : bases.indexOf(word) + 2}}`)
    .replace(digitsInBase, '$1$2')
    .replace(/\\hat\s*(?:\{\s*([ijk])\s*\}|([ijk])(?![a-z]))/g, '$1$2')
    .replace(/^\s*\\sim(?![a-z])/, '')
    .replace(/(?<!\\)\\\\\s*$/, '')
    .replace(frenchInterval, (all, open: string, inner: string, close: string) =>
      open === '[' && close === ']' ? all : `${open === ']' ? '(' : '['}${inner}${close === '[' ? ')' : ']'}`,
    );
}
