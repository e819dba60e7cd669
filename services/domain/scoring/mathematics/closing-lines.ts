/** What follows an answer or tells why it is one, which holds other formulas. */

/** Lines below an answer: "Check: 12 + 5 = 17". */
const check =
  /\n[^\p{L}\p{N}\n]*(?:(?:quick|final)\s+)?(?:check|checking|verification|verify|verifying|note|remark|proof)\b(?! that the answer is)[^\n]{0,40}:[\s\S]*$/iu;
/** The same behind the answer, in its line. */
const checkBehind =
  /(?<=[.!$)\]])\s[^\p{L}\p{N}\n]*(?:(?:let me|let['’]s|let us)\s(?:double[- ]?|quickly\s)?)?(?:check|checking|verification|verify|verifying)(?:\s(?:this|that|it))?[*_]*:[^\n]*$/iu;
const concludes =
  /\b(?:so|thus|hence|therefore|then|giving|gives|yields|impl(?:y|ies)|leav(?:es|ing)|makes?|making|means?|shows?|(?:we|to) (?:get|have|obtain|find|see)|answer|result|total|probability)\b|\\(?:implies|Rightarrow)(?![a-z])/i;

/** "Since each is one of four, the area is $60$". */
const mainClause =
  /\p{L}[^\n]*,\s(?:we\s(?:get|have)\s|so\s)?\$?[a-zA-Z](?:_\{?\w\}?)?\s?=|\p{L}[^\n]*,\s[^,]*\b(?:is|are|was|equals?|be|we|there)\b[^,]*[\d\\]/u;

/** Whether it comes to another value than what stands before it: "…, so the total is 12". */
export function hasConclusion(text: string): boolean {
  return /[\d\\]/.test(text) && (concludes.test(text) || mainClause.test(text));
}

/** "3 + 4": what comes to nothing yet. */
const openSum = /(?<![=\d]\s?)\d\s?[-+*/\u00d7\u2212]\s?\d+[\s.]*$/;

/** Without the check below an answer, unless it comes to a conclusion. */
export function withoutCheck(text: string): string {
  const above = text.replace(check, '').replace(checkBehind, '');
  const isAnswer = /[\d\\]/.test(above) && !openSum.test(above);
  return isAnswer && !concludes.test(text.slice(above.length)) ? above : text;
}

const restOfSentence = String.raw`(?:(?![.!?]\s+\p{Lu}|\n)[\s\S])*$`;
/** "12 (since 12 + 5 = 17)", "6, because 7 is odd", "12, attained at x = 3". */
const reason = new RegExp(
  String.raw`(?<![.!?:\n])(?:,|\s[-\u2013\u2014]|\()\s{0,3}(?:since|because|i\.e\.|as(?=\s+(?!x\b))|attained|achieved|reached|occurring|when|at|given that|assuming|which (?:satisf(?:y|ies)|works?|holds?|is (?:valid|positive|an integer)))(?![\p{L}\d])${restOfSentence}|(?<![.!?:*\s])\s(?:since|because)\s${restOfSentence}`,
  'u',
);
/** "3/8 (about 0.38)". */
const approximation =
  /\s\((?:about|approximately|approx\.?|roughly|around|or(?: about)?|i\.e\.,?|the other|but|though|rejecting|ignoring|discarding|≈|~|\\approx)\s?[^()]*\)(?=[\s.*_]*$)/i;
/** "1/6, or about 16.67 %". */
const roughly =
  /(?<=[\d})$\u03c0](?:\s[a-z]{1,3}[\u00b2\u00b3]?)?)(?:,|,?\s(?:or|i\.e\.,?|which is))\s(?:about|approximately|approx\.?|roughly|around)\s[^,;=]{1,40}$/i;
/** "23 (2 * 23 = 46)", but not "2 * 23 (= 46)". */
const checkInBrackets = /(?<=(?:^|\s)\$?-?\d+\$?)\s\((?![=≈])[^()]*[-+*/\u00b7\u00d7^][^()]*=[^()]*\)(?=[\s.*_]*$)/;
/** "(35 would give 71)", "(we reject $x = -3$)", "3/4 (75%)". */
const aside = /\s\((?:[^()]*\b(?:would|rejects?|discard|cannot)\b[^()]*|[\d.]+\s?\\?%)\)(?=[\s.*_]*$)/i;
/** "(We could also have used …, giving $s = 6$.)" */
const ownSentence = /(?<=[.!$\])])\s\((?=\p{Lu})[^()\n]*\.\)\s*$/u;
/** "17 and not 18", "17, obviously". */
const denial = /(?<=\d\$?),?\s(?:(?:and\s|but\s)?not\s[^\s]{1,20}|\p{Ll}+ly)[.!]?$/u;
const onlyBegins = /^\W*(?:so|and|but|then|thus|now|therefore|hence|finally)?\W*$/i;

/** Without the reason behind an answer, unless it holds a conclusion. */
export function withoutReason(text: string): string {
  const exact = [ownSentence, aside, approximation, roughly, checkInBrackets, denial].reduce(
    (rest, each) => rest.replace(each, ''),
    text,
  );
  const found = reason.exec(exact)?.[0] ?? '';
  const own = exact.slice(0, exact.length - found.length);
  return found === '' || concludes.test(found) || mainClause.test(found) || onlyBegins.test(own) ? exact : own.trimEnd();
}

const rejects =
  /\b(?:reject(?:s|ed)?|extraneous|discard(?:s|ed)?|invalid|impossible|does(?: not|n['’]t) work|not (?:valid|allowed|possible|a solution))\b/i;

/** Of the end of a text; it only bounds the time. */
const longestRows = 3_000;

/** Of a line of several sentences, without the last ones that reject something: "The other root, $-3$, is rejected." */
export function withoutRejected(line: string): string {
  const sentences = line.split(/(?<=[.!])\s+(?=\p{Lu})/u);
  const last = sentences.findLastIndex((sentence) => !rejects.test(sentence) || concludes.test(sentence));
  const kept = sentences.slice(0, last + 1).join(' ');
  return last >= 0 && last < sentences.length - 1 && /\d/.test(kept) ? kept : line;
}

/** "\\begin{align*} a &= b \\\\ &= 3 \\end{align*}" at the end: the last side of the last row. */
export function lastSideOfRows(text: string): string | undefined {
  const inside =
    /\\begin\s*\{((?:align|aligned|eqnarray|gather|gathered|split)\*?)\}((?:(?!\\begin\s*\{)[\s\S])*?)\\end\s*\{\1\}[\s$.\]\\]*$/.exec(
      text.slice(-longestRows),
    )?.[2];
  const row = inside?.split(/\\\\(?:\s*\[[^\]]*\])?/).findLast((each) => each.replace(/[\s&.]/g, '') !== '');
  return row
    ?.split(/=|\\equiv(?![a-z])/)
    .at(-1)
    ?.replace(/&|\\(?:no(?:tag|number))(?![a-z])|\s*\\pmod\s*\{[^{}]*\}/g, '')
    .replace(/^\\text\s*\{\s*\}/, '')
    .trim()
    .replace(/[.,]$/, '');
}

/** The items of a list that the text ends with, at least two. */
export function closingLines(text: string): string[] {
  const lines = text
    .trim()
    .split(/\n+/)
    .map((line) => line.trim());
  const items: string[] = [];
  for (const line of lines.reverse()) {
    const item = /^(?:[-*\u2022]|\d{1,2}[.)]|\([a-z]\))\s+(\S.{0,80})$/.exec(line)?.[1];
    if (item === undefined) break;
    items.unshift(item);
  }
  return items.length > 1 && items.length <= 10 ? items : [];
}

/** "There are 3 solutions: $x=0$, $x=1$ and $x=2$": the count of the items that follow it, if there are so many. */
export function countOfItems(line: string): string | undefined {
  const [, count = '', items = ''] =
    /(?:^|\s)\$?(\d{1,2})\$?(?:\s\p{L}+){0,3}\s?[:(]\s?([^:()]{1,200})\)?[\s.]*$/u.exec(line.slice(-300)) ?? [];
  const all = items.split(/,\s*(?:and\s)?|\s(?:and|or)\s/).filter((item) => /[\p{L}\d]/u.test(item));
  return count !== '' && all.length > 1 && all.length === Number(count) && all.every((item) => /\d/.test(item))
    ? count
    : undefined;
}
