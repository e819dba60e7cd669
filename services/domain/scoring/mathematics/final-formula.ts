import { afterRetraction } from '../../replies/after-retraction.ts';
import { announcedText } from '../../replies/announced-text.ts';
import { type Box, boxesIn } from '../../replies/boxes.ts';
import { announcedBelowBoxes } from '../../replies/marked-answer.ts';
import { withoutAfterthought } from '../../replies/without-afterthought.ts';
import { withoutEmphasis } from '../../replies/without-emphasis.ts';
import { withoutFence } from '../../replies/without-fence.ts';
import { withoutRemainder } from '../without-remainder.ts';
import {
  closingLines,
  countOfItems,
  hasConclusion,
  lastSideOfRows,
  withoutCheck,
  withoutReason,
  withoutRejected,
} from './closing-lines.ts';
import { isName, namedValueOf } from './named-value.ts';
import { plainLatex } from './plain-latex.ts';
import { isSameMath } from './same-math.ts';
import { realsIn, toldValue } from './told-value.ts';
import { valueInWords } from './value-in-words.ts';

export interface FinalFormula {
  /** The formula that the text ends with or marks as its answer. */
  readonly formula: string;
  /** The text around it, which may be the answer word for word: "odd $n$". */
  readonly around: string;
  /** What it says if its last formulas are one answer together: the items of a list, "$x = 3$ and $y = -1$". */
  readonly together?: string | undefined;
}

/** The answer is near the end; reading more would only take time. */
const longestEnd = 20_000;

/**
 * What an answer says in the end, the first of these that exists: what is announced as final below the last box, if it is a
 * formula; the last boxes; what is announced; the last formula or value of the last line.
 */
export function finalFormula(answer: string): FinalFormula {
  const whole = withoutCourtesy(answer.slice(-longestEnd));
  const end = afterRetraction(whole) ?? whole;
  const boxes = boxesIn(end).filter(({ text }) => text.trim() !== '');
  if (boxes.length > 0) {
    const below = announcedBelowBoxes(end);
    const later = below === undefined ? undefined : clearFormula(below);
    const formula = later ?? lastBoxes(end, boxes);
    return { formula, around: formula };
  }
  const announced = announcedText(end);
  if (announced !== undefined) {
    const own = withoutReason(withoutAfterthought(announced)).replace(/^["“]([^"”]*)["”]$/, '$1');
    const letter = /^\(([A-E])\)\s/.exec(own)?.[1];
    const exclaimed = /^[^$\\]*\d!$/.test(own) ? { together: own.slice(0, -1) } : {};
    return { formula: realsIn(own) ?? announcedFormula(own), around: own, together: countOfItems(own) ?? letter, ...exclaimed };
  }
  const own = withoutRemainder(withoutAfterthought(withoutCheck(withoutFence(end))));
  const line = lastLineOf(own);
  const inWords = realsIn(line) ?? valueInWords(line) ?? toldValue(line);
  const exclaimed = /^[^$\\]*\s\d+!$/.test(lastLineOf(own)) ? lastFormula(own).replace(/!$/, '') : undefined;
  return {
    formula: inWords ?? lastFormula(own),
    around: own.trim(),
    together: exclaimed ?? wordIn(withoutReason(lastLineOf(own))) ?? togetherIn(own),
  };
}

function lastLineOf(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** "It falls on a Monday": what a sentence without digits names in the end. */
function wordIn(line: string): string | undefined {
  return /[\d\\$]/.test(line)
    ? undefined
    : /\s(?:is|are|on|be)\s(?:(?:an?|the)\s)?[*]*(\p{L}{3,})[*\s.!]*$/u.exec(line.slice(-200))?.[1];
}

function withoutCourtesy(text: string): string {
  return text
    .replace(/<(?:\|[a-z_]+\||\/?s|eos|end_of_turn)>[\s\S]{0,40}$/, '')
    .trimEnd()
    .replace(/\s*(?:\u220e|\u25a1|\u25a0|\bQ\.?E\.?D\b)\.?$/, '')
    .replace(/\s+I hope (?:it|this) is correct\.?$/i, '');
}

/**
 * What separates boxes that form one list: "\boxed{2} and \boxed{3}", "x = \boxed{2}, y = \boxed{3}", "\boxed{2} papers and".
 */
const delimiters = /\$+|\\[()[\]]|\\q?quad(?![a-z])|\\[,;:! ]|~|&|\\(?:text|textrm|mbox|mathrm)\s*(?=\{)|[{}]/g;
const joining = /^\s*(?:[,;]\s*)?(?:(?:(?:[a-z]{2,}|\([a-z]\))\s+){0,3}(?:and|or)\b)?\s*(?:([^\s=,;.]+(?:\([^=]*\))?)\s*=)?\s*$/;
const verbs =
  /\b(?:is|was|are|were|be|not|no|wrong|but|then|so|too|instead|actually|wait|since|because|that|which|we|gives?|if|when)\b/;

function lastBoxes(text: string, boxes: readonly Box[]): string {
  const [last, ...before] = [...boxes].reverse();
  const list = last ? [last] : [];
  for (const box of before) {
    const between = text.slice(box.end, list[0]?.at);
    if (between.length > 60 || !joins(between)) break;
    list.unshift(box);
  }
  const values: string[] = [];
  for (const { text: value } of list) {
    const known = values.map((one) => isSameMath(value, one));
    if (!known.includes(true)) values.push(value);
  }
  return values.length === 1 ? (last?.text ?? '') : values.join(', ');
}

function joins(between: string): boolean {
  const words = between.replace(delimiters, ' ');
  if (/\n\s*\n/.test(words) && !/,|\band\b|\bor\b/.test(words)) return false;
  const name = joining.exec(words);
  return name !== null && !verbs.test(words) && (name[1] === undefined || isName(plainLatex(name[1])));
}

/** Longer ones are not answers; the limit bounds the work of joining them. */
const longestList = 1_000;
const formula = /\$\$([\s\S]+?)\$\$|(?<!\\)\$((?:\\[^\n]|[^$\\\n])+)\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)/g;

interface Span {
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

/** The formulas in order; those separated only by "and" or a comma are one, unless they give values to different names. */
function formulasIn(text: string, together = false): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(formula)) {
    const inner = match[1] ?? match[2] ?? match[3] ?? match[4] ?? '';
    // "$36 and $" are two sums of money.
    if (/^\s*[\d.,]+\s+[a-z]{2,}(?:\s|$)/.test(inner)) continue;
    if (/^\s*\\(?:blacksquare|square|Box|qed|checkmark)\s*$/.test(inner)) continue;
    const span = { text: inner, at: match.index, end: match.index + match[0].length };
    const last = spans.at(-1);
    const between = last && text.slice(last.end, span.at);
    const word = between && /^\s*(?:[,;]\s*)?(and|or)?\s*$/.exec(between)?.[1];
    const listed = between !== undefined && (word !== undefined || /^\s*[,;]\s*$/.test(between));
    if (last && listed && last.text.length < longestList && (together || nameOf(last.text) === nameOf(inner))) {
      spans[spans.length - 1] = { text: `${last.text} ${word ?? ','} ${inner}`, at: last.at, end: span.end };
    } else spans.push(span);
  }
  return spans;
}

function nameOf(text: string): string | undefined {
  return text.includes('=') && text.length < longestList ? namedValueOf(plainLatex(text))?.name : undefined;
}

/** The formula in an announcement: the first one, but not a mere name if a value comes with it. */
function announcedFormula(text: string): string {
  const formulas = formulasIn(text, true);
  const [first] = formulas;
  if (first && text.slice(0, first.at).trim() === '') return first.text + percentAfter(text, first);
  const value = valueIn(text);
  const isStated =
    value !== undefined && value.end >= text.replace(/[\s.*]+$/, '').length && /^\W*(?:the|it|this|that|so|we)\b/i.test(text);
  if (formulas.length === 0 && isStated) return value.text;
  if (formulas.length === 0 && isClear(text)) return text;
  const telling = formulas.find((span) => !isName(plainLatex(span.text)));
  return telling?.text ?? value?.text ?? lastNumber(text) ?? first?.text ?? text;
}

/** The formula of a text that is nothing else, or hardly anything else. */
function clearFormula(text: string): string | undefined {
  const [first] = formulasIn(text, true);
  if (first && text.slice(0, first.at).trim() === '') return first.text + percentAfter(text, first);
  return !first && isClear(text) && /\d|\\/.test(text) ? text : undefined;
}

function percentAfter(text: string, { end }: Span): string {
  return /^\s*(?:\\?%|percent\b|pct\b)/.test(text.slice(end)) ? '\\%' : '';
}

/** Not a sentence: a formula without delimiters, a number with its unit, a word or two. */
function isClear(text: string): boolean {
  const plain = text.replace(/\\(?:text|mbox|mathrm)[a-z]*\s*\{[^{}]*\}/g, ' ').replace(/\\[a-zA-Z]+/g, ' ');
  const words = plain.match(/(?<![\p{L}\d])\p{L}{2,}/gu) ?? [];
  return words.length <= 3 || (!/^\s*\p{L}{2,}\s/u.test(plain) && words.length <= 5);
}

const number = String.raw`[-\u2212+]?(?:\\?[$\u20ac\u00a3]\s?)?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:\s?\/\s?\d+)?(?:\s?(?:\\?%|percent\b))?`;
const attachedUnit = String.raw`(?:[a-z]{1,3}(?![a-zA-Z])[\u00b2\u00b3]?|[\u20ac\u00b0])?`;
/** "… is 2/3", "there are 12 distinct …", "increases by 100%". */
const copula = new RegExp(
  String.raw`(?:\b(?:is|are|was|were|be|equals?|by|to|of)|\p{L}['’]s|[=:])\s+(?:(?:about|approximately|exactly|only|just|indeed|therefore)\s+)?\**(${number})${attachedUnit}(?!,?\d|\.\d|[\w/^(]|\s*[-+*=\\])`,
  'gu',
);

function valueIn(text: string): Span | undefined {
  const match = [...text.matchAll(copula)].at(-1);
  if (!match) return undefined;
  return { text: (match[1] ?? '').replace(/,$/, ''), at: match.index, end: match.index + match[0].length };
}

const anyNumber = new RegExp(`(?<![\\w.])${number}`, 'g');

function lastNumber(text: string): string | undefined {
  return text.match(anyNumber)?.at(-1)?.replace(/,$/, '');
}

/** What follows the last word of a line: "The length is 5\sqrt{2}". */
function tailOf(line: string): string | undefined {
  const words = line.replace(/[\s.]+$/, '').split(/\s+/);
  const last = words.findLastIndex(
    (word) => /^["'(*_]*\p{L}{2,}(?:['’]\p{L}+)?["')*_,;:!?]*$/u.test(word) && !/^(?:and|or|pi|sqrt|pm|am)$/i.test(word),
  );
  const all = words.slice(last + 1).join(' ');
  // "39; 3 + 9 = 12" is no list.
  const tail = /;[^;]*=[^;]*$/.test(all) && !/=.*;/.test(all) ? (all.split(';').at(-1) ?? '').trim() : all;
  return /\d|\\[a-zA-Z]/.test(tail) ? tail : undefined;
}

/** "The minimum is $3$, attained at $x = 1$". */
function isStated(before: string, after: string): boolean {
  return (
    /\b(?:is|are|equals|be)\s*$/.test(before) &&
    /^[\s,]*(?:when|at|if|for|where|since|because|with|attained|achieved|reached|which|as|(?:and|which)\s(?:it\s|this\s|that\s)?(?:is\s)?(?:occurs|attained|achieved|reached))\b/.test(
      after,
    )
  );
}

/** "There are $12$ such integers between $1$ and $100$", "$12$ of the $30$ students". */
const counted = new RegExp(
  String.raw`\bthere\s+(?:is|are|were|will\s+be)\s+(?:(?:exactly|only|a total of|in total)\s+)?(?:\$([^$\n]+)\$|(${number}))(?=\s+\p{L})`,
  'giu',
);
const share = new RegExp(
  String.raw`(?:\$([^$\n]+)\$|(?<![\w.])(${number}))\s+(?:out\s+)?of\s+(?:the|these|those)\s+(?:\$[^$\n]+\$|${number})(?=[^$\d=]*$)`,
  'giu',
);

/** Only if the sentence comes to nothing else: "…, so the probability is $\frac{25}{52}$". */
function countIn(line: string): string | undefined {
  const match = [...line.matchAll(counted), ...line.matchAll(share)].at(-1);
  const rest = line.slice((match?.index ?? 0) + (match?.[0].length ?? 0));
  if (/[,;:=]|[.!?]\s|\\\[|\$\$|\b(?:is|are|equals?|gives?|makes?|gets?|which|for)\b|\bways?\s+to\b.*\d/.test(rest))
    return undefined;
  return match?.[1] ?? match?.[2];
}

/** A longer sentence tells more than a value. */
const longestTold = 80;
/** Of the end of a line; it only bounds the time. */
const longestValue = 200;
/** "The length is 6√2 cm": what a sentence says its value is, but for the unit. */
const valued =
  /(?:\b(?:is|are|equals|be)|=)\s+(?=[^\n]*[\d\\])((?:(?!(?<![\\\p{L}])\p{L}{2,})[^\n,;=])+?)(?:\s+(?!(?:percent|pct|million|billion|thousand|hundred|dozen|pi|sqrt|and|or|of|to|if)\b)\p{L}+[²³]?){1,3}[\s.!]*$/u;

/** If nothing is announced: the last formula in the last line, or the value that a sentence states. */
function lastFormula(end: string): string {
  const stated = formulasIn(end).findLast(({ at, end: after }) => {
    const rest = end.slice(after);
    return isStated(end.slice(Math.max(0, at - 20), at), rest) && !hasConclusion(rest);
  });
  if (stated && !end.slice(stated.end).trim().includes('\n')) return stated.text;
  const rows = lastSideOfRows(end);
  if (rows !== undefined && rows !== '') return rows;
  const written = withoutEmphasis(lastLineOf(end)).replace(/^(?:#+\s|>\s|[-\u2022]\s|\d{1,2}[.)]\s(?=\S+$)|["“])\s*|["”?]$/g, '');
  const lastLine = withoutReason(withoutRejected(written));
  const count = countIn(lastLine);
  if (count !== undefined) return count;
  const closing = formulasIn(end).at(-1);
  if (closing && lastLine === written && /^[\s.,;*_]*$/.test(end.slice(closing.end))) return closing.text;
  const inLine = formulasIn(lastLine);
  if (inLine.length > 0 && /^[\s.,;*_]*$/.test(lastLine.slice(inLine.at(-1)?.end))) return inLine.at(-1)?.text ?? '';
  const value = valueIn(lastLine.replace(/\$+|\\[()[\]]/g, (sign) => ' '.repeat(sign.length)));
  if (inLine.length === 0) {
    const told = valued.exec(lastLine.slice(-longestValue))?.[1]?.trim();
    if (told !== undefined && /[\d\\]/.test(told) && (value === undefined || !told.endsWith(value.text))) return told;
    const tail = tailOf(lastLine);
    if (tail !== undefined) return tail;
  }
  const telling = inLine.filter((span) => !isName(plainLatex(span.text))).at(-1) ?? (value ? undefined : inLine.at(-1));
  if (value && (!telling || value.at > telling.end)) return value.text;
  if (telling) return telling.text;
  const numbers =
    closing === undefined && lastLine.length <= longestTold && !/[\\=^]/.test(lastLine) ? (lastLine.match(anyNumber) ?? []) : [];
  // "Only 6 works", "the angle measures 60 degrees".
  if (numbers.length === 1 && /^\W*\p{L}{2}/u.test(lastLine)) return numbers[0] ?? '';
  if (inLine.length === 0 && isClear(lastLine) && /\d|\\[a-z]/.test(lastLine)) return lastLine;
  return closing?.text ?? lastLine;
}

/** The formulas of the last line, or of the list at the end, as one answer; undefined if there is only one of them. */
function togetherIn(end: string): string | undefined {
  const counted = countOfItems(lastLineOf(end));
  if (counted !== undefined) return counted;
  const items = closingLines(end).map((line) => formulasIn(line).at(0)?.text ?? line);
  if (items.length > 1) return items.join(', ');
  const spans = formulasIn(lastLineOf(end));
  const joined = formulasIn(lastLineOf(end), true);
  return joined.length === 1 && spans.length > 1 ? joined[0]?.text : undefined;
}
