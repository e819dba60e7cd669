import { type ReadNumber, readNumbers } from './read-number.ts';

/** Units by what they measure, each as a multiple of the smallest. */
const units: readonly Readonly<Record<string, number>>[] = [
  { second: 1, sec: 1, s: 1, minute: 60, min: 60, m: 60, hour: 3600, hr: 3600, h: 3600, day: 86_400, week: 604_800 },
  { month: 1, year: 12 },
  { cent: 1, dollar: 100 },
  { inch: 1, inche: 1, in: 1, foot: 12, feet: 12, ft: 12, yard: 36, mile: 63_360 },
  { millimeter: 1, mm: 1, centimeter: 10, cm: 10, meter: 1000, m: 1000, kilometer: 1_000_000, km: 1_000_000 },
  { milligram: 1, mg: 1, gram: 1000, g: 1000, kilogram: 1_000_000, kg: 1_000_000 },
  { ounce: 1, oz: 1, pound: 16, lb: 16, ton: 32_000 },
  { milliliter: 1, ml: 1, liter: 1000, l: 1000 },
  { teaspoon: 1, tablespoon: 3 },
  { cup: 1, pint: 2, quart: 4, gallon: 16 },
];
const quantity = String.raw`\$?(\d[\d,]*(?:\.\d+)?)\s?(\p{L}{1,12})`;
const joining = String.raw`(?:\s?,?\s(?:or|i\.e\.,?|which is|that is|equals|is)\s(?:about |also )?|\.\sThat is\s|\s?[=≈]\s?|\s\((?:or |i\.e\.,? |= ?)?)`;
const pair = new RegExp(String.raw`(?<![\d.,])${quantity}(?:\s(?:a|per)\s\p{L}+)?${joining}${quantity}(?!\p{L})`, 'giu');
/** "24500 \text{ cents} \quad \text{or} \quad 245 \text{ dollars}". */
const layout = /\\(?:text|mathrm|mbox)\s*\{([^{}]*)\}|\\q?quad(?![a-z])|\\[,;: ()]|\s+/g;

/** Cents are dollars, whatever the question asks for; a question for cents would not be answered in dollars. */
const cents = /(?<![\d.,])(\d[\d,]*(?:\.\d+)?)(?:\s|\\[,;: ]|\\text\s?\{){0,3}(?:cents?(?!\p{L})|\u00a2)/giu;

/**
 * The same quantity in another unit, if the text gives both: "90 minutes, or 1.5 hours", "8 hours = 480 minutes". Cents are
 * dollars too.
 */
export function inOtherUnit(text: string, { value }: ReadNumber): ReadNumber | undefined {
  const plain = text.replace(layout, (_all, words = '') => ` ${words} `).replace(/ {2,}/g, ' ');
  for (const [, one = '', unit = '', another = '', otherUnit = ''] of plain.matchAll(pair)) {
    const [left, right] = [one, another].map((digits) => readNumbers(digits).at(0));
    const [size, otherSize] = sizesOf(unit, otherUnit);
    if (!left || !right || size === undefined || otherSize === undefined || size === otherSize) continue;
    if (Math.abs(left.value * size - right.value * otherSize) > 1e-9 * left.value * size) continue;
    if (value === left.value) return right;
    if (value === right.value) return left;
  }
  const [lastLine = ''] = text.trimEnd().split('\n').slice(-1);
  const isCents = [...lastLine.matchAll(cents)].some(([, digits = '']) => readNumbers(digits).at(0)?.value === value);
  return isCents ? { value: value / 100, percent: false, text: `${value} cents` } : undefined;
}

export function sizesOf(unit: string, other: string): readonly (number | undefined)[] {
  const sizeIn = (measure: Readonly<Record<string, number>>, name: string) => {
    const small = name.toLowerCase();
    return measure[small] ?? measure[small.replace(/s$/, '').replace(/re$/, 'er')];
  };
  const measure = units.find((each) => sizeIn(each, unit) !== undefined && sizeIn(each, other) !== undefined);
  return measure === undefined ? [] : [sizeIn(measure, unit), sizeIn(measure, other)];
}
