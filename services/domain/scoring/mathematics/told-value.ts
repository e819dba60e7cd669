import { hasConclusion } from './closing-lines.ts';

const value = String.raw`(?:\$([^$\n]*\d[^$\n]*)\$|((?:\b[a-z]\s?=\s?)?[-\u2212]?\d[\d,]*(?:\.\d+)?(?:/\d+)?))`;
/** "Thus $n = 6$ is the smallest integer with $2^n > 50$." */
const described = new RegExp(
  String.raw`(?:^|[\s,])${value}\sis\s(?:then\s|therefore\s|thus\s)?the\s(?:(?:\p{Ll}+\s)?(?:smallest|largest|least|greatest|minimum|maximum|only|first|desired|required|final|correct|unique)\b|(?:sum|difference|product|number|average|mean|median|total)\s(?:of|between)\s|\p{Ll}+\s(?:when|if)\s)([^\n]*)$`,
  'u',
);
/** "The maximum, 6, occurs at x = 3." */
const apposed = new RegExp(
  String.raw`\p{L},\s${value},\s(?:which\s)?(?:occurs|(?:is|are)\s(?:attained|achieved|reached|obtained))\b([^\n]*)$`,
  'u',
);
/** "The remainder is 9 when 100 is divided by 13", "the minimum is 4, which occurs at x = 2". */
const conditional = new RegExp(
  String.raw`\b(?:is|are|equals?|be)\s${value}(?:\s(?:when|if)|,?\s(?:which\s)?(?:occurs|attained|reached)(?:\s(?:at|when|for))?)\s([^\n]*)$`,
  'u',
);
/** "7/12 of the whole". */
const part = /^\W*(\d+\/\d+)\sof\s(?:the|an?)\s\p{L}+[.\s]*$/u;
/** "The probability is 1 in 6." */
const chance = /\b(?:probability|chance|odds)\b[^\n]*\s(\d{1,6})\s(?:in|out of)\s(\d{1,6})[\s.*]*$/i;

const realsBut =
  /\b(?:all|any|every)\s+(?:the\s+)?reals?(?:\s+numbers?)?(?:\s+(?:values?(?:\s+of\s+)?)?\$?[a-z]?\$?)?,?\s+(?:except|excluding|besides|other\s+than|but)(?:\s+for)?(?:\s+when)?\s+([^\n]{1,80}?)[\s.]*$/i;

const realsAlone =
  /^[^\d]*\b(?:is|are|be)\s+(all\s+(?:the\s+)?(?:(?:positive|negative|non-?\s?negative|non-?\s?zero)\s+)?(?:reals|real\s+numbers))[\s.*]*$/i;

/** "The domain is all real numbers except $x = 3$", of which 3 is not the answer. */
export function realsIn(sentence: string): string | undefined {
  const left = realsBut.exec(sentence)?.[1]?.replace(/\$|\\[()]/g, '');
  if (left !== undefined) return `all real numbers except ${left}`;
  return realsAlone.exec(sentence)?.[1];
}

/** The value that a sentence tells before it says what the value is of; undefined if it comes to another one. */
export function toldValue(sentence: string): string | undefined {
  const [, some, all] = chance.exec(sentence) ?? [];
  if (some !== undefined && !/[=\\$]/.test(sentence)) return `\\frac{${some}}{${all}}`;
  const share = part.exec(sentence)?.[1];
  if (share !== undefined) return share;
  const [, formula, number, rest = ''] = described.exec(sentence) ?? apposed.exec(sentence) ?? conditional.exec(sentence) ?? [];
  return hasConclusion(rest) ? undefined : (formula ?? number?.replace(/,$/, ''));
}
