import { withoutContrasts } from './latex-words.ts';
import { parseMathExpression } from './math-expression.ts';
import { lineOf, matrixOf } from './matrix.ts';
import { isName, type NamedValue, namedValueOf } from './named-value.ts';
import { isSameNumberSet } from './number-set.ts';
import { plainLatex } from './plain-latex.ts';
import { allSigns, hasTwoSigns, sameSigns } from './plus-minus.ts';
import { isSameExpression } from './same-expression.ts';
import { areSame, isSamePermuted, mostParts, type Same } from './same-parts.ts';
import { isSameRatio, isSameRelation } from './same-relation.ts';
import { isSameTime } from './same-time.ts';
import { braced, bracketed, listOf, splitAtCommas, splitBy, tupleOf } from './split-latex.ts';
import { columnOfUnitVectors } from './unit-vectors.ts';

const based = /^(-?[\dA-Z.]+)_\{(\d{1,2})\}$/i;
const angle = /\\circ(?![a-z])|\\(?:text)?degrees?(?![a-z])|\u00b0/;
const separated = /^-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,2}(?:,\d{2})+,\d{3}|\d{1,3}(?:\.\d{3}){2,})$/;

/** The letter of an option before what it says: "\textbf{(A)}\ 5". */
const label =
  /^[\s$]*(?:\\(?:text(?:bf|rm|it|sf)?|mathrm|mathbf)\s*\{\s*\([A-E]\)[\s~]*\}|\([A-E]\)(?=[\s$~]|\\[ ,;:q]))(?:\\[ ,;:!]|\\q?quad(?![a-z])|~|\s)*(?=[^\s$])/;

/** Longer ones are prose. */
const longestAnswer = 1_000;
/** Lists of lists of lists are not answers; the limit bounds the recursion. */
const deepest = 6;

/** Whether two answers in LaTeX mean the same. Never throws; the time is bounded whatever the answer is. */
export function isSameMath(answer: string, expected: string): boolean {
  if (answer.length > longestAnswer || expected.length > longestAnswer) return false;
  const labelled = label.exec(answer);
  if (labelled !== null && !label.test(expected) && isSameMath(answer.slice(labelled[0].length), expected)) return true;
  if (labelled !== null && /^\(?([A-E])\)?$/.exec(plainLatex(expected))?.[1] === /[A-E]/.exec(labelled[0])?.[0]) return true;
  const [column, wantedColumn] = [columnOfUnitVectors(answer), columnOfUnitVectors(expected)];
  if ((column === undefined) !== (wantedColumn === undefined)) return isSameMath(column ?? answer, wantedColumn ?? expected);
  const [left, right] = [plainLatex(answer), plainLatex(expected)];
  // 30 degrees are \pi/6.
  if (angle.test(answer) !== angle.test(expected) && /\\pi(?![a-z])/.test(left + right) && !/\\circ/.test(left + right)) {
    const inRadians = (value: string) => `(${value})\\cdot \\frac{\\pi }{180}`;
    return angle.test(answer) ? isSame(inRadians(left), right, 0) : isSame(left, inRadians(right), 0);
  }
  // The base may be left out, but an angle has none.
  if ((based.test(left) && angle.test(expected)) || (based.test(right) && angle.test(answer))) return false;
  return isSame(left, right, 0);
}

/** Whether they are the same letter for letter, apart from LaTeX spelling. */
export function isSameSpelling(answer: string, expected: string): boolean {
  if (answer.length > longestAnswer || expected.length > longestAnswer) return false;
  const [left, right] = [plainLatex(answer), plainLatex(expected)];
  return left !== '' && isSameText(left, right);
}

/** What precedes "\approx", unless that is only the value's name. */
function exactPart(text: string): string {
  const [exact = '', ...others] = splitBy(text, /\\approx(?![a-z])/).parts;
  return others.length > 0 && (exact === '' || isName(exact)) ? (others[0] ?? '') : exact;
}

function firstPart(text: string): string {
  return splitBy(text, /\\approx(?![a-z])/).parts[0] ?? '';
}

function isSame(left: string, right: string, depth: number): boolean {
  let [answer, expected] = [exactPart(left), exactPart(right)];
  if (isSameText(answer, expected) || isSameText(firstPart(left), firstPart(right))) return true;
  if (answer === '' || expected === '' || depth > deepest) return false;
  const sameTime = isSameTime(answer, expected);
  if (sameTime !== undefined) return sameTime;
  const bare = [withoutContrasts(answer), withoutContrasts(expected)] as const;
  if ((bare[0] === answer) !== (bare[1] === expected)) [answer, expected] = bare;
  if (separated.test(answer) || separated.test(expected)) {
    if (isSameValue(withoutSeparators(answer), withoutSeparators(expected))) return true;
  }
  const inner = [unwrapped(answer), unwrapped(expected)] as const;
  if (inner[0] !== answer || inner[1] !== expected) return isSame(inner[0], inner[1], depth + 1);
  const same: Same = (one, other) => isSame(one, other, depth + 1);
  for (const compare of comparisons) {
    const verdict = compare(answer, expected, same);
    if (verdict !== undefined) return verdict;
  }
  return isSameInBase(answer, expected) ?? isSameValue(answer, expected);
}

/** Without brackets around one value, or around values separated by "and". */
function unwrapped(text: string): string {
  const member = /^([^=,<>]{1,40}?)\\in(?![a-z]) ?(\\\{.*\\\})$/s.exec(text);
  if (member && isName(member[1] ?? '') && braced(member[2] ?? '') !== undefined) return member[2] ?? '';
  const inside = bracketed(text);
  return inside?.brackets === '()' && splitAtCommas(inside.inner).length === 1 ? inside.inner : text;
}

function isSameText(answer: string, expected: string): boolean {
  if (answer === expected) return true;
  const letters = lettersOf(answer);
  if (letters !== undefined && letters === lettersOf(expected)) return true;
  const [left, right] = [wordsOf(answer), wordsOf(expected)];
  return left !== undefined && left === right;
}

/** Letters alone, in lower case; "(A)" is "a". */
function wordsOf(text: string): string | undefined {
  const bare = (bracketed(text)?.brackets === '()' ? text.slice(1, -1) : text)
    .replace(/\\word\{([^{}]*)\}/g, '$1')
    // "an ellipse", "(D) ellipse".
    .replace(/^\s*(?:\([A-E]\)\s*|(?:a|[Aa]n|[Tt]he)\s+)(?=\p{L}{3})/u, '');
  if (!/^[\p{L}\s,.'-]+$/u.test(bare)) return undefined;
  const words = bare.replace(/\s/g, '').toLowerCase();
  return otherWords[words] ?? words;
}

/** Words that say the same. */
const otherWords: Readonly<Record<string, string>> = {
  doesnotexist: 'dne',
  neitherevennorodd: 'neither',
  neitheroddnoreven: 'neither',
};

/** The letters of several choices: "A,B,D" and "ABD". */
function lettersOf(text: string): string | undefined {
  return /^[A-H](?:(?:,|\\land ?|,\\land ?)?[A-H])+$/.test(text) ? text.replace(/[^A-H]/g, '').replace(/land/g, '') : undefined;
}

function withoutSeparators(text: string): string {
  return separated.test(text) ? text.replace(/,|\.(?=\d{3}\.)|(?<=\.\d{3})\./g, '') : text;
}

/** Each comparison is undefined if it does not apply. */
type Comparison = (answer: string, expected: string, same: Same) => boolean | undefined;

const comparisons: readonly Comparison[] = [
  isSameWithLetter,
  isSameEither,
  isSameMatrix,
  isSameNumberSet,
  isSameNamedList,
  isSameTuple,
  isSameList,
  isSameRatio,
  isSameRelation,
];

const withLetter = /^([A-Z])(\([^()]*,[^()]*\))$/;

/** A point with its name is the point: C(10,3); what is no point may be a number of combinations or permutations. */
function isSameWithLetter(answer: string, expected: string, same: Same): boolean | undefined {
  const [left, right] = [withLetter.exec(answer), withLetter.exec(expected)];
  if ((left === null) === (right === null)) return undefined;
  const other = left === null ? answer : expected;
  const [, letter = '', inside = ''] = left ?? right ?? [];
  const [all, some] = /^\((\d+),(\d+)\)$/.exec(inside)?.slice(1) ?? [];
  const counted = letter === 'P' ? `\\frac{${all}!}{(${all}-${some})!}` : `\\binom{${all}}{${some}}`;
  const read = tupleOf(other) !== undefined ? inside : /[CP]/.test(letter) && all !== undefined ? counted : undefined;
  if (read === undefined) return undefined;
  return left === null ? same(answer, read) : same(read, expected);
}

/** "3 \pm 2" is two values; of two such signs in one value both readings count. */
function isSameEither(answer: string, expected: string, same: Same): boolean | undefined {
  // Of \mathbb{R} \setminus \{\pm 2\} both are left out at once.
  if (!hasTwoSigns(answer + expected) || /\\setminus/.test(answer + expected)) return undefined;
  const parts = (text: string) => (tupleOf(text) ? [text] : listOf(text));
  for (const read of [sameSigns, allSigns]) {
    const [left, right] = [parts(answer).flatMap(read), parts(expected).flatMap(read)];
    if (isSamePermuted(left, right, same)) return true;
  }
  return false;
}

/** A column or a row may also be written as a tuple. */
function isSameMatrix(answer: string, expected: string, same: Same): boolean | undefined {
  const [left, right] = [matrixOf(answer), matrixOf(expected)];
  if (!left && !right) return undefined;
  if (left && right) {
    const shape = ({ rows }: typeof left) => rows.map((row) => row.length).join();
    return left.bars === right.bars && shape(left) === shape(right) && areSame(left.rows.flat(), right.rows.flat(), same);
  }
  const matrix = left ?? right;
  const other = left ? expected : answer;
  const named = namedValueOf(other);
  if (named) return same(left ? answer : named.value, left ? named.value : expected);
  const line = matrix && !matrix.bars ? lineOf(matrix) : undefined;
  const tuple = tupleOf(other)?.parts;
  return line !== undefined && tuple !== undefined && areSame(line, tuple, same);
}

/** "x = 1, y = 2" is compared by name, or in order with values that have no names. */
function isSameNamedList(answer: string, expected: string, same: Same): boolean | undefined {
  const [left, right] = [namedGroups(answer), namedGroups(expected)];
  if (!left && !right) return undefined;
  if (left && right) {
    const names = (groups: typeof left) => [...new Set(groups.flat().map(({ name }) => name))].sort().join();
    return isSamePermuted(left.map(sortedTuple), right.map(names(left) === names(right) ? sortedTuple : tuple), same);
  }
  const groups = left ?? right ?? [];
  const other = left ? expected : answer;
  const others = groups.length === 1 ? [tupleOf(other) ? other : `(${listOf(other).join()})`] : listOf(other);
  for (const write of [tuple, sortedTuple]) {
    if (isSamePermuted(groups.map(write), others, same)) return true;
  }
  return false;
}

/** Values of different names, one or more times: x = 1, y = 2 or x = 3, y = 4. */
function namedGroups(text: string): NamedValue[][] | undefined {
  const values = splitBy(braced(text) ?? text, /[,;]|\\(?:land|lor)(?![a-z])/).parts.map(namedValueOf);
  if (values.length < 2 || values.length > mostParts || !values.every((value) => value !== undefined)) return undefined;
  const size = new Set(values.map(({ name }) => name)).size;
  if (size < 2 || values.length % size !== 0) return undefined;
  const groups = Array.from({ length: values.length / size }, (_none, index) => values.slice(index * size, (index + 1) * size));
  return groups.every((group) => new Set(group.map(({ name }) => name)).size === size) ? groups : undefined;
}

function tuple(group: readonly NamedValue[]): string {
  return `(${group.map(({ value }) => value).join()})`;
}

function sortedTuple(group: readonly NamedValue[]): string {
  return tuple([...group].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

/** In order. Square brackets are those of intervals, and matter. */
function isSameTuple(answer: string, expected: string, same: Same): boolean | undefined {
  const [left, right] = [tupleOf(answer), tupleOf(expected)];
  if (!left && !right) return undefined;
  if (left && right) return left.brackets === right.brackets && areSame(left.parts, right.parts, same);
  const [one, other] = left ? [left, expected] : [right, answer];
  const parts = braced(other) === undefined ? splitAtCommas(other) : [];
  if (parts.length < 2) return namedValueOf(other) ? undefined : isSamePermuted(listOf(answer), listOf(expected), same);
  return one?.brackets === '()' && areSame(one.parts, parts, same);
}

/** In any order, with or without braces. */
function isSameList(answer: string, expected: string, same: Same): boolean | undefined {
  const [left, right] = [listOf(answer), listOf(expected)];
  if (left.length === 1 && right.length === 1) {
    // {5} is 5.
    return braced(answer) === undefined && braced(expected) === undefined ? undefined : areSame(left, right, same);
  }
  // "4/5 or 80%" is one value.
  const [one, others] = right.length === 1 ? [right[0], left] : [left[0], right];
  if ((left.length === 1 || right.length === 1) && /\\lor(?![a-z])/.test(answer + expected)) {
    return others.every((part) => same(part, one ?? ''));
  }
  return isSamePermuted(left, right, same);
}

/** Digits in a base: the base may be left out, since the question names it. */
function isSameInBase(answer: string, expected: string): boolean | undefined {
  const [left, right] = [based.exec(answer), based.exec(expected)];
  if (!left && !right) return undefined;
  const digits = (match: RegExpExecArray | null, text: string) => (match?.[1] ?? text).toLowerCase();
  const [base, wantedBase] = [left?.[2], right?.[2]];
  if (![base, wantedBase].every((one) => one === undefined || Number(one) > 1)) return undefined;
  return (
    digits(left, answer) === digits(right, expected) && (base === undefined || wantedBase === undefined || base === wantedBase)
  );
}

/** 75% is 75 and 0.75. */
function isSameValue(answer: string, expected: string): boolean {
  if (isWord(answer) || isWord(expected)) return false;
  const [left, right] = [percentOf(answer), percentOf(expected)];
  const [a, b] = [parseMathExpression(left.text), parseMathExpression(right.text)];
  if (!a || !b) return false;
  if (isSameExpression(a, b)) return true;
  if (left.percent === right.percent) return false;
  const share = parseMathExpression(`(${left.percent ? left.text : right.text})/100`);
  return share !== undefined && isSameExpression(share, left.percent ? b : a);
}

/** Its letters are not a product, in which order would not matter. */
function isWord(text: string): boolean {
  return /^(?:[a-zA-Z]{4,}|[A-Z]{3})$/.test(text);
}

function percentOf(text: string): { text: string; percent: boolean } {
  const bare = text.replace(/\\?%$/, '');
  return { text: bare, percent: bare !== text };
}
