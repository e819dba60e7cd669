import { fractionInWords, numberInWords } from '../number-words.ts';

/** Words, and the power of a unit: \text{ cm}^2. */
const textCommand =
  /\\(?:text(?:bf|it|rm|sf|tt|sc|sl|up|md|normal|color)?|mbox|hbox|mathrm|mathsf|mathtt|operatorname\*?)\s*\{([^{}]*)\}(\^\s*\{?[23]\}?)?/g;
const textInText =
  /\\(?:text[a-z]*|mbox|hbox|mathrm|mathsf|mathtt)\s*\{\s*(\\(?:text[a-z]*|mbox|hbox|mathrm|mathsf|mathtt)\s*\{[^{}]*\})\s*\}/g;
const percent = /^(?:percent(?:age|ages)?|per cent|pct)\b\.?/i;
const scales: Readonly<Record<string, string>> = {
  dozen: '12',
  hundred: '100',
  thousand: '1000',
  million: '1000000',
  billion: '1000000000',
  trillion: '1000000000000',
};
const scale = new RegExp(`^(${Object.keys(scales).join('|')})s?\\b`, 'i');
/** Words that change what a formula says unless they are a unit: they must be in both answers. */
const telling =
  /\b(?:odd|even|not?|non|never|none|except|all|every|integers?|primes?|multiples?|positive|negative|composite|rational|irrational|divisible|undefined|unless|otherwise)\b/i;
/** "12 miles east" may be given as 12 miles, but not as 12 miles west. */
const contrasts =
  /^(?:am|pm|noon|midnight|north|south|east|west|northeast|northwest|southeast|southwest|up|down|left|right|above|below|before|after|late|early|bc|ad|bce|ce|mod\d+|clockwise|counterclockwise|anticlockwise)$/i;

/**
 * The words of an answer by what they mean: "12\text{ and }13" is a list, "percent" a sign, "million" a factor; the words of
 * "5\text{ square units}" are a unit and go, as do names and explanations; what changes the meaning stays, as \word{…}; words
 * that are the whole answer stay as they are.
 */
export function withWordsRead(text: string): string {
  const named = nameOf(text) ?? numberOf(text) ?? allBut(text);
  if (named !== undefined) return named;
  const flat = text.replace(textInText, '$1');
  const hasFormula = /[\p{L}\p{N}\\]/u.test(flat.replace(textCommand, (_all, words: string) => (/\d/.test(words) ? words : '')));
  const read = flat.replace(textCommand, (_all, words: string, exponent = '', at: number) => {
    if (/\d/.test(words)) return ` ${words}${exponent} `;
    return readWords(words, exponent, hasFormula, flat.slice(0, at));
  });
  return withBareWordsRead(read);
}

/** Sets that have a symbol. */
const sets: readonly (readonly [RegExp, string])[] = [
  [/^(?:x\s*(?:\\in|is)\s*)?(?:the\s+set\s+of\s+)?all\s+(?:the\s+)?reals?(?:\s+numbers?)?(?:\s+x)?$/i, '\\mathbb{R}'],
  [
    /^(?:the\s+)?(?:empty|null)\s+set$|^(?:there\s+(?:is|are)\s+)?no\s+(?:real\s+)?(?:solutions?|roots?)(?:\s+exists?)?$|^none$/i,
    '\\emptyset ',
  ],
  [/^(?:x\s*is\s*)?(?:the\s+set\s+of\s+)?all\s+(?:the\s+)?integers?$/i, '\\mathbb{Z}'],
  [/^(?:x\s*is\s*)?all\s+non-?\s?zero\s+reals?(?:\s+numbers?)?$/i, '\\mathbb{R}\\setminus\\{0\\}'],
  [/^(?:positive\s+)?infinity$/i, '\\infty '],
  [/^(?:negative|minus)\s+infinity$/i, '-\\infty '],
  [/^(?:x\s*is\s*)?all\s+positive\s+reals?(?:\s+numbers?)?$/i, '(0,\\infty)'],
  [/^(?:x\s*is\s*)?all\s+negative\s+reals?(?:\s+numbers?)?$/i, '(-\\infty,0)'],
  [/^(?:x\s*is\s*)?all\s+non-?\s?negative\s+reals?(?:\s+numbers?)?$/i, '[0,\\infty)'],
];

function nameOf(text: string): string | undefined {
  const words = text.replace(textCommand, '$1').trim();
  return sets.find(([pattern]) => pattern.test(words))?.[1];
}

/** "\text{five}", "negative three", "one half". */
function numberOf(text: string): string | undefined {
  const words = text.replace(textCommand, '$1').trim().toLowerCase();
  if (!/^[a-z]{3,}(?:[\s-](?:a|[a-z]{3,}))*$/.test(words)) return undefined;
  const [first = '', ...rest] = words.split(/[\s-]+/);
  const isNegative = first === 'negative' || first === 'minus';
  const parts = isNegative ? rest : [first, ...rest];
  const fraction = fractionInWords(parts);
  const number = fraction ?? numberInWords(parts);
  if (number?.length !== parts.length) return undefined;
  const value = Number.isInteger(number.value) ? String(number.value) : ratioOf(number.value);
  return `${isNegative ? '-' : ''}${value}`;
}

/** Of the parts that have names, halves to tenths. */
function ratioOf(value: number): string {
  const bottom = [2, 3, 4, 5, 6, 8, 10].find((each) => Math.abs(value * each - Math.round(value * each)) < 1e-9) ?? 1;
  return `\\frac{${Math.round(value * bottom)}}{${bottom}}`;
}

/** "\text{all real numbers except } 0". */
function allBut(text: string): string | undefined {
  const words = text.replace(textCommand, '$1').trim();
  const except =
    /^(?:x\s*\\in\s*)?all\s+(?:the\s+)?reals?(?:\s+numbers?)?(?:\s+x)?,?\s+(?:except|excluding|other than|but)(?:\s+for)?\s+(.{1,60})$/i;
  const left = except
    .exec(words)?.[1]
    ?.replace(/\s+(?:and|or)\s+/g, ',')
    .replace(/(?<=^|,)\s*[a-z]\s*=/g, '')
    .replace(/\bzero\b/i, '0');
  return left === undefined ? undefined : `\\mathbb{R}\\setminus\\{${left}\\}`;
}

/** "It is Friday", "an ellipse", "even function". */
const opening =
  /^\s*(?:(?:[Ii]t|[Tt]hey|[Tt]his|[Tt]he\s+\p{L}{4,})\s+(?:is|are)\s+|[Oo]n\s+)?(?:(?:a|A(?=\s(?!and\b)\p{Ll}{3})|[Aa]n|[Tt]he)\s+)?(?=\p{L}{3})/u;
const noun = /(?<=\p{L}{3})\s+(?:functions?|triangles?)\s*$/u;

function readWords(words: string, exponent: string, hasFormula: boolean, before: string): string {
  const bare = words.trim().replace(/^[\s,;]+|[\s,;]+$/g, '');
  if (/^(?:and|&)$/i.test(bare)) return ' \\land ';
  if (/^or$/i.test(bare)) return ' \\lor ';
  // "11\text{:}30".
  if (/^[:.]$/.test(words.trim())) return words;
  if (/^to$/i.test(bare) && /\d\s*$/.test(before)) return ':';
  const afterValue = /[\d}%)]\s*$/.test(before);
  const isValue = /[=:]\s*$/.test(before) || (!afterValue && !/\p{L}{2}/u.test(bare)) || /^[ie]$/.test(bare);
  if (!hasFormula || isValue) return ` ${words.replace(opening, '').replace(noun, '')}${exponent} `;
  const sign = afterValue ? signOf(bare) : undefined;
  if (sign !== undefined) return sign;
  const dayTime = bare.replace(/\.|\s/g, '');
  if (contrasts.test(dayTime)) return `\\word{${dayTime.toLowerCase()}}`;
  const direction = bare.split(/\s+/).find((word) => contrasts.test(word));
  if (afterValue && direction !== undefined) return `\\word{${direction.toLowerCase()}}`;
  if (!afterValue && telling.test(bare)) return `\\word{${bare.toLowerCase()}}`;
  // Between two parts of a formula "and" still separates them: "\text{ for part (a) and }".
  return /\band$/i.test(bare) ? ' \\land ' : ' ';
}

/** "percent" and "million", with what follows. */
function signOf(words: string): string | undefined {
  if (percent.test(words)) return '\\% ';
  const name = scale.exec(words)?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  const rest = words.replace(scale, '').trim();
  return `\\cdot ${scales[name]} ${signOf(rest) ?? ''}`;
}

/** A word after a number is a unit if a space precedes it and it is not a product of letters: "120 degrees", "5 cm". */
const trailingUnit =
  /(?<=[\d}%])\s+(?!(?:arc)?(?:sin|cos|tan|cot|sec|csc)|sqrt|log|ln|pi\b|theta|infty)((?:[a-z]{3,}|cm|mm|km|in|ft|kg|mi|lb|hr|am|pm)(?:\s+[a-z]+)*)(?:\^\{?[23]\}?)?\s*$/i;
const connective = /(?<!\s)\s*,?\s*(?<![a-zA-Z\\])(and|or)(?![a-z])\s*/g;

function withBareWordsRead(text: string): string {
  return text
    .replace(/(?<=[\d}])\s*(?<![a-zA-Z])([ap])\.\s?m(?![a-z])\.?/gi, (_all, half: string) => `\\word{${half.toLowerCase()}m}`)
    .replace(connective, (_all, word: string) => (word === 'and' ? ' \\land ' : ' \\lor '))
    .split(/(\\land\s|\\lor\s|[,;])/)
    .map(withoutUnit)
    .join('')
    .trim();
}

/** Too short to be distinguished from symbols, except these. */
const attachedUnit = /(?<=\d)(?:cm|mm|km|kg|ft)(?:\^\{?[23]\}?)?\s*$/;

/** Speeds without a command: "60 km/h". */
const speed =
  /(?<=[\d}])(?:\s*(?:km|mi|cm|ft|miles?|kilometers?|meters?|feet)|\s+m)\s*\/\s*(?:h|hr|s|sec|min|hours?|seconds?|minutes?)(?:\^\{?2\}?)?\s*$/i;

function withoutUnit(text: string): string {
  if (speed.test(text)) return text.replace(speed, '');
  const unit = trailingUnit.exec(text);
  if (!unit) return text.replace(attachedUnit, '');
  const before = text.slice(0, unit.index);
  return `${before} ${readWords(unit[1] ?? '', '', true, before)}`;
}

/** What distinguishes 9 a.m. from 9 p.m.: see `contrasts`. */
export function withoutContrasts(text: string): string {
  return text.replace(/\\word\{([a-z]+\d*)\}/g, (all, word: string) => (contrasts.test(word) ? '' : all));
}
