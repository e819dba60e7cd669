import { type ReadNumber, readNumbers } from './read-number.ts';

/** Units by what they measure, each as a multiple of the smallest. */
const units: readonly Readonly<Record<string, number>>[] = [
  { second: 1, sec: 1, minute: 60, min: 60, hour: 3600, hr: 3600, day: 86_400, week: 604_800 },
  { month: 1, year: 12 },
  { cent: 1, dollar: 100 },
  { inch: 1, inche: 1, foot: 12, feet: 12, ft: 12, yard: 36 },
  { millimeter: 1, mm: 1, centimeter: 10, cm: 10, meter: 1000, m: 1000, kilometer: 1_000_000, km: 1_000_000 },
  { milligram: 1, mg: 1, gram: 1000, g: 1000, kilogram: 1_000_000, kg: 1_000_000 },
  { ounce: 1, oz: 1, pound: 16, lb: 16, ton: 32_000 },
  { milliliter: 1, ml: 1, liter: 1000, l: 1000 },
  { teaspoon: 1, tablespoon: 3 },
  { cup: 1, pint: 2, quart: 4, gallon: 16 },
];
const quantity = String.raw`\$?(\d[\d,]*(?:\.\d+)?)\s?(\p{L}{1,12})`;
const joining = String.raw`(?:\s?,?\s(?:or|i\.e\.,?|which is|that is|equals|is)\s(?:about |also )?|\.\sThat is\s|\s?[=≈]\s?|\s\((?:or |i\.e\.,? |= ?)?)`;
const pair = new RegExp(
  String.raw`(?<![\d.,])${quantity}(?:\s(?:a|per)\s\p{L}+)?${joining}${quantity}(?:,?\s(?:and\s)?${quantity})?(?!\p{L})`,
  'giu',
);
/** "2 hours and 30 minutes (150 minutes)". */
const inParts = new RegExp(String.raw`(?<![\d.,])${quantity}(?:,?\s(?:and\s)?)${quantity}${joining}${quantity}(?!\p{L})`, 'giu');
/** "24500 \text{ cents} \quad \text{or} \quad 245 \text{ dollars}". */
const layout = /\\(?:text|mathrm|mbox)\s*\{([^{}]*)\}|\\q?quad(?![a-z])|\\[,;: ()]|\s+/g;

/** The same quantity in another unit, if the text gives both: "90 minutes, or 1.5 hours", "8 hours = 480 minutes". */
export function inOtherUnit(text: string, { value }: ReadNumber): ReadNumber | undefined {
  const plain = text.replace(layout, (_all, words = '') => ` ${words} `).replace(/ {2,}/g, ' ');
  for (const [, one = '', unit = '', another = '', otherUnit = '', rest = '', restUnit = ''] of plain.matchAll(pair)) {
    const [left, right, more] = [one, another, rest].map((digits) => readNumbers(digits).at(0));
    const [size, otherSize] = sizesOf(unit, otherUnit);
    if (!left || !right || size === undefined || otherSize === undefined || size === otherSize) continue;
    const isSame = (sum: number) => Math.abs(left.value * size - sum) <= 1e-9 * left.value * size;
    const restSize = more === undefined ? undefined : sizesOf(unit, restUnit)[1];
    // "160 minutes, or 2 hours and 40 minutes".
    if (more && restSize !== undefined && isSame(right.value * otherSize + more.value * restSize)) {
      if (value === right.value || value === more.value) return left;
    }
    if (!isSame(right.value * otherSize)) continue;
    if (value === left.value) return right;
    if (value === right.value) return left;
  }
  for (const [, ...parts] of plain.matchAll(inParts)) {
    const [one, two, sum] = [parts[0], parts[2], parts[4]].map((digits = '') => readNumbers(digits).at(0));
    const [unit = '', otherUnit = '', sumUnit = ''] = [parts[1], parts[3], parts[5]];
    const [size, sumSize] = sizesOf(unit, sumUnit);
    const otherSize = sizesOf(unit, otherUnit)[1];
    if (!one || !two || !sum || size === undefined || otherSize === undefined || sumSize === undefined) continue;
    const whole = one.value * size + two.value * otherSize;
    const isInSum = value === two.value || value === one.value;
    if (isInSum && Math.abs(whole - sum.value * sumSize) <= 1e-9 * whole) return sum;
  }
  return undefined;
}

function sizesOf(unit: string, other: string): readonly (number | undefined)[] {
  const sizeIn = (measure: Readonly<Record<string, number>>, name: string) => {
    const small = name.toLowerCase();
    return measure[small] ?? measure[small.replace(/s$/, '').replace(/re$/, 'er')];
  };
  const measure = units.find((each) => sizeIn(each, unit) !== undefined && sizeIn(each, other) !== undefined);
  return measure === undefined ? [] : [sizeIn(measure, unit), sizeIn(measure, other)];
}
