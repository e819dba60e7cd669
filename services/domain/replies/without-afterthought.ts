/** Where a text goes on to another statement: a sentence, a line, a semicolon, a dash, a comma before a pronoun or "but 35". */
const border =
  /(?<=[.!?])["”)*_]*\s+(?=\S)|\n+|;\s+|\s[\u2013\u2014]\s+|,\s(?=(?:he|she|it|they|we|you|I|but\snot)\s|but\s(?!\p{L}{2}))/gu;
/** What follows from the rest is no afterthought, unless it says what would follow. */
const concludes = /[→⇒]|[-+*/×÷]\s?[$€£]?\d[^=]*=|\b(?:so|thus|hence|therefore|then|total\w*|altogether|in all|answer|result)\b/i;
/** "Note that …", "This assumes …", "At first I thought it was 35", and questions to the reader. */
const remarks =
  /^\W*(?:note\b|remark\b|(?:this|that|i|we|here i)\s(?:assum|presum|suppos)\w*|assuming\b|at first\b|(?:i|one|you)\s(?:first|originally|initially|might|may|could)?\s?(?:thought|think|believe|assume|expect)\w*\b|(?:let me know|feel free)\b)|^[^.]*\?["”)*_\s]*$/i;
/** "Without the restriction there would be 20", "otherwise it could be 5". */
const hypothetical = /^\W*(?:and\s|but\s)?(?:without|otherwise|had|were)\b[^.]*\b(?:would|could|might)\b/i;
/** "She cannot afford 6", "he does not have 40". */
const denies = /(?:\b(?:not|cannot|never)|n['’]t)\s(?:\p{L}+\s){0,3}[$€£]?[-\u2212]?\d[\d,.]*[^\d]*$/iu;
/** "The other 60 walk", behind "40 take the bus". */
const complement = /^\W*(?:and\s)?the\s(?:others?|rest|remaining|remainder)\b/i;
const opening = /^\W*(?:about\s|only\s)?\d[\d,]*(?:\.\d+)?%?(?:\sof\s(?:the|these|those)\s\d+)?(?:[\s,]+\p{L}+){1,8}\W*$/u;
/** "3 vans seat only 36 people", "4 would hold 40", where one more is needed. */
const fallsShort =
  /\b(?:(?<!the )only|just|still|too|not|cannot|exceed\w*|would|could|enough)\b|n['’]t\b|\d[^\d]*\b(?:gives?|gets?|get)\b[^\d]*\d/i;
const mostAfterthoughts = 3;
/** Of an afterthought, and of what it may say of others; they only bound the time. */
const longestAfterthought = 400;
const longestOpening = 200;

/**
 * A text up to what only adds to its answer: why another number falls short ("5 boxes; 4 would hold only 40"), what it assumes,
 * what was thought at first, what is not so, what the others do.
 */
export function withoutAfterthought(text: string): string {
  let own = text;
  for (let dropped = 0; dropped < mostAfterthoughts; dropped += 1) {
    const last = [...own.trimEnd().matchAll(border)].at(-1);
    if (last === undefined) break;
    const [before, clause] = [own.slice(0, last.index), own.slice(last.index + last[0].length)];
    if (clause.length > longestAfterthought || !/\d/.test(before) || !isAfterthought(clause, before)) break;
    own = before;
  }
  return own;
}

function isAfterthought(clause: string, before: string): boolean {
  if (concludes.test(clause)) return false;
  return (
    remarks.test(clause) ||
    denies.test(clause) ||
    (nextTo(clause, before) && fallsShort.test(clause)) ||
    (/\d/.test(clause) && hypothetical.test(clause)) ||
    (complement.test(clause) && before.length <= longestOpening && opening.test(before))
  );
}

/** Whether its first number is one more or less than one of the statement before it. */
function nextTo(clause: string, before: string): boolean {
  const number = /(?<![\d.,])\d{1,9}(?![\d,]*\d|\.\d)/g;
  const first = Number(clause.match(number)?.at(0) ?? Number.NaN);
  const statement = before.slice(-200).split(border).at(-1) ?? '';
  return (statement.match(number) ?? []).some((digits) => Math.abs(Number(digits) - first) === 1);
}
