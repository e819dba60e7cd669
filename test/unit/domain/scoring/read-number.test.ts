import { describe, expect, it } from 'vitest';
import { finalNumber } from '../../../../services/domain/scoring/final-number.ts';
import { numberInWords, ordinalInDigits } from '../../../../services/domain/scoring/number-words.ts';
import { readNumbers } from '../../../../services/domain/scoring/read-number.ts';
import { isSameNumber } from '../../../../services/domain/scoring/same-number.ts';

describe('the numbers in a text', () => {
  it.each<[string, number[]]>([
    ['Rs.500', [500]],
    ['Rs. 1,00,000', [100_000]],
    ['Rp.500 or S/.20', [500, 20]],
    ['about .5', [0.5]],
    ['USD500 and US$ 5', [500, 5]],
    ['- cost: kr 20', [20]],
    ['-€5', [-5]],
    ['$-5', [-5]],
    ['xxx123.45', [123.45]],
    ['H2O at 5', [5]],
    ['3 million dollars', [3e6]],
    ['$3M, 5k, 1.5bn', [3e6, 5e3, 1.5e9]],
    ['5 m of 5m', [5, 5]],
    ['1.1 \\text{ million}', [1.1e6]],
    ['2 dozen', [24]],
    ['negative 4', [-4]],
    ['is minus 7', [-7]],
    ['5 minus 7', [5, 7]],
    ['10 apples minus 7', [10, 7]],
    ['from 3-5', [3, 5]],
    ['\u22125 and \uff0d6', [-5, -6]],
    ['6.02 \\times 10^{23}', [6.02e23]],
    ['6.02×10²³', [6.02e23]],
    ['6.02 x 10^-3', [0.006_02]],
    ['10^{6}', [1e6]],
    ['2^5', [32]],
    ['10^{-4} or 2^-2', [1e-4, 0.25]],
    ['10⁻³', [1e-3]],
    ['25 cm^2 or 25 cm²', [25, 25]],
    ['3½', [3.5]],
    ['\\frac12', [0.5]],
    ['2 and a half', [2.5]],
    ['5,\\!525', [5525]],
    ["1'234'567", [1_234_567]],
    ['1_000', [1000]],
    ['1.234.567', [1_234_567]],
    ['20 000', [20_000]],
    ['1 234 567', [1_234_567]],
    ['with 3 100 dollar bills', [3, 100]],
    ['**12 500**', [12_500]],
    ['1.5', [1.5]],
    ['5/0', []],
    ['twelve', []],
  ])('%j', (text, values) => expect(readNumbers(text).map(({ value }) => value)).toEqual(values));
});

describe('numbers in words', () => {
  it.each([
    ['twenty five', 25],
    ['a hundred and five', 105],
    ['fifteen hundred', 1500],
    ['two hundred thousand and six', 200_006],
    ['three million two hundred thousand', 3_200_000],
    ['two and a half million', 2_500_000],
    ['a dozen', 12],
    ['half a million', 500_000],
    ['half a dozen eggs', 6],
    ['half of them', undefined],
    ['two five', 2],
    ['five and six', 5],
    ['thirty and five', 30],
    ['zero and five', 0],
    ['a car', undefined],
    ['hundred', undefined],
  ])('"%s" is %s', (words, value) => expect(numberInWords(words.split(' '))?.value).toBe(value));

  it.each([
    ['third', '3rd'],
    ['fortieth', '40th'],
    ['ninth', '9th'],
    ['north', undefined],
  ])('the ordinal "%s" is %s', (word, digits) => expect(ordinalInDigits(word)).toBe(digits));
});

describe('two numbers', () => {
  const isSame = (answer: string, expected: string, allowed = 1e-6) => {
    const [one, other] = [readNumbers(answer)[0], readNumbers(expected)[0]];
    if (one === undefined || other === undefined) throw new Error('no number');
    return isSameNumber(one, other, allowed);
  };

  it.each([
    ['3 million', '3000000', true],
    ['3 million', '3', true],
    ['3', '3 million', false],
    ['3 million', '3 million', true],
    ['50%', '0.5', true],
    ['50%', '50', true],
    ['0.5', '50', false],
    ['1.0000001', '1', true],
    ['123456789012345679', '123456789012345678', false],
    ['123456789012345678.0', '123456789012345678', true],
    ['6.02e23', '6.02 \\times 10^{23}', true],
  ])('%s for %s: %s', (answer, expected, same) => expect(isSame(answer, expected)).toBe(same));

  it('may differ by what is allowed, however long they are', () => {
    expect(isSame('123456789012345679', '123456789012345000', 1000)).toBe(true);
  });
});

it('reads a number that stands alone as it reads one in a sentence', () => {
  for (const alone of ['0', '7', '007', '42', '2024', '999999', '123456789012345']) {
    const inSentence = readNumbers(`they are ${alone} apples`);
    expect(readNumbers(` ${alone}\n`)).toEqual(inSentence);
    expect([finalNumber(alone)]).toEqual(inSentence);
  }
});
