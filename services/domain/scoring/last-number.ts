import { withoutAfterthought } from '../replies/without-afterthought.ts';
import { mainNumber } from './main-number.ts';
import { numberAlone, numberOfWords } from './marked-number.ts';
import { withoutCheck } from './mathematics/closing-lines.ts';
import { numberAboveExplanation } from './number-above-explanation.ts';
import { numberInWords } from './number-words.ts';
import { type ReadNumber, readNumbers } from './read-number.ts';
import { amount, statedNumber } from './stated-number.ts';

/** The number that a text means which marks none: its last one, without what only explains it. */
export function lastNumber(text: string): ReadNumber | undefined {
  const own = withoutCompounds(withoutComparisons(withoutAfterthought(withoutCheck(withoutEnding(text)))));
  const before = own.replace(closingRemark, '');
  const sentence = lastSentence(own).slice(-longestParts);
  if (onlyDenied.test(sentence) && readNumbers(own).length === 1) return undefined;
  const found =
    numberAboveExplanation(own) ??
    numberOfParts(own) ??
    concludedInWords(sentence) ??
    statedNumber(sentence) ??
    (before === own ? undefined : numberAlone(before)) ??
    mainNumber(lastSentence(before).slice(-longestParts)) ??
    readNumbers(before).at(-1) ??
    (own.includes('-') || /\d/.test(own) || !/\d-\p{L}/u.test(text) ? undefined : numberAmidWords(own)) ??
    (before === text ? undefined : numberOfWords(before));
  return found ?? readNumbers(text).at(-1) ?? numberOfWords(text) ?? numberAmidWords(text);
}

/** A remark behind the answer: "18 (9 at 2)", "18 (= 9 × 2)", "8,848 m (29,029 ft) high", but not "36 (20 + 16 = 36)". */
const closingRemark = /\s\(=?[^()=\n]{1,80}\)(?:\s\p{Ll}+){0,2}[\s.*_]*$/u;
const courtesy =
  /\n[^\n]*\b(?:let me know|feel free|thanks for|thank you|if you (?:need|have|want|would|['’]d)|hope (?:this|that|it))\b[^\n]*$/i;
/** "48 pages, assuming 12 weeks": nothing follows from what stands in it. */
const ground =
  /(?<![.!?:\n*])(?:,|[^\S\n])\s?(?:because|since|assuming|given that|until|as\s(?:there|he|she|it|they|each|we|the)\b)\s(?:(?!\b(?:so|thus|hence|therefore|then)\b|=)[^\n])*$/;

function withoutEnding(text: string): string {
  const own = text.trimEnd().replace(courtesy, '').trimEnd();
  const before = own.replace(ground, '');
  return readNumbers(before).length > 0 && /\d/.test(before.split('\n').at(-1) ?? '') ? before : own;
}

/** "It is not 72." */
const onlyDenied = new RegExp(
  String.raw`\b(?:is|are|was|were|be|does|do|did)(?:\snot|n['’]t)\s(?:\p{L}+\s){0,2}${amount}(?![\d,]*\.?\d)[^\d]*$`,
  'iu',
);

/** "2024, not 2023", "100, up from 90", "8 remaining out of $50", "3 of the 5". */
const comparisons = new RegExp(
  String.raw`(?:,?\s(?:but\s|and\s)?(?:not|rather than|instead of|(?:up|down) from|compared (?:to|with))\s(?:just |only |about )?` +
    String.raw`|(?:(?<=\d(?:\s\p{Ll}{1,12})?)\sout|(?<=\d[^\d\n.]{0,40}\s(?:left|remains?|remaining))(?:\sout)?)\sof\s(?:a total of |the |these |those |his |her |their |an? )?(?:original |initial |total |first )?|(?<=\d%?)\sof\s(?:the |these |those |his |her |their )?)${amount}(?!\.?\d|\s?[-+*/=×])`,
  'gu',
);

/** "20 students, which is 40% of 50". */
const share = /,\s(?:which|that)\s(?:is|are|represents?|makes?(?: up)?)\s[\d.]+\s?(?:%|percent)\s(?:of|out of)\s[^=\n]*$/;

/** "8 dollars, 12 less than before", "16, twice as old as Ann, who is 8", "$12 in all, $3 for each of 4". */
const apposition = new RegExp(
  String.raw`(?<=\d(?:\s\p{L}+){0,4}),\s(?:(?:twice|half|double|three times)\s(?:as|the|what)\b|${amount}(?:\s\p{L}+){0,2}\s(?:more|less|fewer|lower|higher|older|younger|longer|shorter)\sthan\b` +
    String.raw`|${amount}\s(?:for|per)\s(?:each|every)\b|(?:including|of which)\s${amount}|for\s(?:the\s|all\s|these\s)?\d+\s(?!total|in\b|dollars|cents|altogether)\p{L}+[\s.]*$)(?![^\n]*(?:=|\b(?:so|thus|hence|therefore|then|total|makes?|gives?)\b))[^\n]*$`,
  'u',
);
/** "In 5 years, 12 more than …". */
const begins = /^\W*(?:in|if|when|after|for|with|of|at|by|on)\b[^,]*,/i;

function withoutComparisons(text: string): string {
  const sentence = lastSentence(text);
  const plain = begins.test(sentence) ? text : text.replace(apposition, '');
  const own = plain.replace(share, '').replace(comparisons, '');
  return /\d/.test(own) ? own : text;
}

/** "Four 6-packs", "the 3-day trip": what only names a thing. */
function withoutCompounds(text: string): string {
  const own = text.replace(/(?<=[\s(])\d[\d,.]*-(?=\p{L}{3,})/gu, '');
  const sentence = own === text ? '' : lastSentence(own);
  return /\d/.test(sentence) || (!/\d/.test(own) && numberAmidWords(own) !== undefined) ? own : text;
}

/** "She sells 9 eggs for 2 dollars each, so she makes eighteen dollars". */
function concludedInWords(sentence: string): ReadNumber | undefined {
  const clause = /\d.*\b(?:so|thus|hence|therefore)\b([^\d:=]+)$/u.exec(sentence)?.[1];
  return clause === undefined ? undefined : numberAmidWords(clause);
}

/** Longer lists of parts are not looked for; it only bounds the time. */
const longestParts = 400;
const total = new RegExp(
  String.raw`\b(?:total|together|altogether|in all|combined|sum|overall)\b[^\d\n]{0,60}?(${amount})(?:[^\d\n.,:(=]{0,40}[:,(=]|[^\d\n:(=]{0,40}\n)([\s\S]+)$`,
  'iu',
);
const totalBehind = new RegExp(
  String.raw`(?<![\d.,])(${amount})[^\d\n.:=]{0,40}\b(?:in total|in all|altogether|together|total)\s?[:,(=]([\s\S]+)$`,
  'iu',
);
const headed = new RegExp(String.raw`(?<![\d.,:/])(${amount})[^\d\n:=]{1,60}:\s([^\n:]+)$`, 'u');
const equation = new RegExp(String.raw`(${amount})\s?=\s?([^=\n]*\d[^=\n]*\+[^=\n]*)$`, 'u');

/** A total that its own parts follow: "3 bolts in total: 2 blue and 1 white", "$460 = $400 + $60". */
export function numberOfParts(text: string): ReadNumber | undefined {
  const end = text.slice(-longestParts);
  for (const pattern of [total, totalBehind, equation, headed]) {
    const [, whole = '', parts = ''] = pattern.exec(end) ?? [];
    const values = readNumbers(parts).map(({ value }) => value);
    const found = readNumbers(whole).at(0);
    const sum = values.reduce((before, value) => before + value, 0);
    if (
      found &&
      !parts.includes('=') &&
      values.length > 1 &&
      Math.abs(sum - found.value) < 1e-9 &&
      !/\b(?:so|thus|hence|therefore|then)\b/i.test(parts)
    )
      return found;
  }
  return undefined;
}

function lastSentence(text: string): string {
  return (
    text
      .trimEnd()
      .split(/(?<=[.!?])\s+(?=\p{Lu})|\n/u)
      .at(-1) ?? ''
  );
}

/** "She makes eighteen dollars a day": the only number in words of the last sentence, which does not begin with it. */
function numberAmidWords(text: string): ReadNumber | undefined {
  const [sentence = ''] = text
    .trim()
    .split(/(?<=[.!?])\s+|\n/)
    .slice(-1);
  const words =
    sentence
      .toLowerCase()
      .match(/\p{L}+/gu)
      ?.slice(0, 60) ?? [];
  const found: ReadNumber[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const number = numberInWords(words.slice(at, at + 20));
    if (number === undefined) continue;
    const begin = at;
    const own = words.slice(at, at + number.length);
    at += number.length - 1;
    if (begin > 0 && own.join() !== 'one' && words[at + 1] !== 'of')
      found.push({ value: number.value, percent: false, text: own.join(' ') });
  }
  return found.length === 1 ? found[0] : undefined;
}
