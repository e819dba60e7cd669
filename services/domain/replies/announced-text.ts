import { foreignAnswers, isForeign } from './foreign-answers.ts';
import { readJson } from './read-json.ts';
import { statedAnswers } from './stated-answers.ts';
import { withoutEmphasis } from './without-emphasis.ts';

/** A place where a text says what its answer is. */
export interface Announcement {
  readonly kind: 'tag' | 'heading' | 'sentence';
  /** It says that this is the final answer, or stands at the beginning of its line: stronger than a box that stands before it. */
  readonly final: boolean;
  readonly at: number;
  /** The answer, up to the end of its sentence, without the Markdown around it. */
  readonly text: string;
  /** All that stands in the tag or the line, for answers of several sentences. */
  readonly whole: string;
}

/** What somebody else has said. An original answer may be what a check returns, under a heading at least. */
const others = 'proposed|previous|initial|given|provided|alternative|possible|wrong|incorrect';
const asked = String.raw`(?:\s+(?:to|for)\s+(?:the|this|that|your)\s+(?:\p{L}+\s+)?(?:question|problem|task|riddle|puzzle|query|exercise))?`;
const remark = String.raw`(?:\s*\([^()\n]{1,60}\)|,[^,.:\n]{1,40},)?`;
/** <answer>, and what stands in it up to its end tag or, if that is missing, up to the end of the text. */
const tag = /<\s*((?:final|short)?[ _-]?answer)\b[^<>]*>((?:(?!<\s*\1\b)[\s\S])*?)(<\s*\/\s*\1\s*>|$)/gi;
/** The same in a JSON object, or in Python's dict. */
const member =
  /(["'])(?:(?:final|short|correct)[ _-]?)?answer\1\s*:\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|-?\d[\d.eE+-]*|true|false)\s*[,}]/gi;
/**
 * "Answer: …", "**Final answer**: …", "the answer is correct: …", "Answer (in dollars) = …", also with the answer on the next
 * line.
 */
const heading = new RegExp(
  String.raw`(?<=^|[\s*_#(>])(?<!\b(?:${others})\s)(?:answer${remark}${asked}(?:\s+is(?:\s+correct)?)?[*_]*\s*(?:[:：]|=(?![=>])|[-=]{1,2}>|[→⇒]|\s[–—-]\s)|ans[*_]*[:：])[\s*]*_{0,2}(?!_)`,
  'giu',
);
/** A line that is nothing but a heading. */
const bareHeading =
  /^[^\p{L}\p{N}\n]*(?:\d+[.)][ \t*_]*)?(?:the[ \t]+)?(?:(?:final|short|correct)[ \t]+){0,2}answer[ \t*_#]*\n[\s*]*_{0,2}(?!_)/gimu;
/** "The answer is …", "the final answer to the question would be …", but not what somebody else has proposed. */
const sentence = new RegExp(
  String.raw`(?<!\b(?:${others}|original)\s)\banswer${remark}${asked}${remark}` +
    String.raw`\s+(?:is|are|was|(?:would|should|must|will)(?:\s+\p{L}+)?\s+be|becomes|equals)(?:\s+(?:therefore|thus|then|simply|hence|indeed|also|actually|clearly))?[\s:*_]+(?=\S)`,
  'giu',
);
const finalWords = /\bfinal[ \t*_]+$/i;
const lineBegin =
  /(?:^|\n)[^\p{L}\p{N}\n]*(?:\d+[.)][ \t*_]*)?(?:the[ \t]+)?(?:(?:final|short|correct|best|right)[ \t]+){0,2}$/iu;

/** "The answer is correct", "is in the right format" announce nothing; "is right back" does, and so does what has a capital. */
const judgement = new RegExp(
  String.raw`^(?:(?:indeed|also|already|therefore|essentially|properly|correctly|fully|clearly|both|not)\s+)*` +
    `(?:(?:(?:in)?correct|(?:in)?accurate|right|wrong|(?:in)?valid|consistent|numeric(?:al)?|concise|clear|complete|verified|confirmed|reasonable|formatted)` +
    String.raw`(?=[\s*_]*(?:$|[.,;:!?)]|(?:and|but|because|since|as|given)\b)|\s+(?:with|according|based|for this)\b)` +
    `|(?:in|of) the (?:\\p{L}+ )?(?:format|form|style|range|order|units?)\\b|a single |based on |as follows|not |(?:\\p{L}+ed|given|shown|written) (?:to|as|in|by|from|with) )`,
  'u',
);

/** No answer is longer, and none is looked for so far from the end: both only bound the time. */
const longestAnswer = 1_000;
const longestEnd = 30_000;

/** All announcements of a text, in the order of their places. */
export function announcements(text: string): Announcement[] {
  // Each of them has one of these words.
  if (!/\bans|answer|explan|reason|rationale|justif|because|why|"/iu.test(text) && !isForeign.test(text)) return [];
  const skipped = Math.max(0, text.length - longestEnd);
  const end = text.slice(skipped);
  const near = [...headingsIn(end), ...sentencesIn(end), ...statedIn(end)].map((one) => ({ ...one, at: one.at + skipped }));
  const found: Announcement[] = [...tagsIn(text), ...near];
  return found.filter(({ text: held }) => holdsAnswer(held)).sort((one, other) => one.at - other.at);
}

/** "…, which gives:" and a last line. */
const lastLine = /:[*_]*[ \t]*\n\s*([^\n]+)\s*$/;

/** "#### 42", as solutions of GSM8K end. */
const hashedLine = /(?:^|\n)####[ \t]*([^\n]+?)\s*$/;

/** What a text announces as its answer: the last tag, else the last heading or final sentence, a last line, a sentence. */
export function announcement(text: string): Pick<Announcement, 'text' | 'whole'> | undefined {
  const all = announcements(text);
  const line = withoutEmphasis((hashedLine.exec(text) ?? lastLine.exec(text))?.[1] ?? '');
  return (
    all.findLast(({ kind }) => kind === 'tag') ??
    all.findLast(({ kind, final }) => kind === 'heading' || final) ??
    (holdsAnswer(line) ? { text: line, whole: line } : undefined) ??
    all.at(-1)
  );
}

export function announcedText(text: string): string | undefined {
  return announcement(text)?.text;
}

function tagsIn(text: string): Announcement[] {
  const found = [...text.matchAll(tag)].map((match) => ({ at: match.index, text: match[2] ?? '', closed: match[3] !== '' }));
  // A tag that is never closed may be one that prose names.
  const tags = found.filter(({ at, closed }) => closed || /(?:^|\n)\s*$/.test(text.slice(0, at)));
  const members = [...text.matchAll(member)].map((match) => ({ at: match.index, text: jsonText(match[2] ?? '') }));
  return [...tags, ...members].map(({ at, text: held }) => {
    const again = held.length > longestAnswer ? undefined : announcements(held).at(-1)?.text;
    const whole = withoutEmphasis(held);
    return { kind: 'tag', final: true, at, text: again ?? whole, whole };
  });
}

function headingsIn(text: string): Announcement[] {
  return [heading, bareHeading].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => {
      const held = heldText(text.slice(match.index + match[0].length));
      const before = text.slice(Math.max(0, match.index - 80), match.index);
      const final = pattern === bareHeading || finalWords.test(before) || lineBegin.test(before);
      // It may announce again: "Final Answer: The final answer is 7.78. I hope it is correct."
      const again = sentencesIn(held.slice(0, longestAnswer)).at(-1)?.text;
      const cut = untilSentenceEnd(held.slice(0, longestAnswer));
      return { kind: 'heading', final, at: match.index, text: again ?? withoutEmphasis(cut), whole: withoutEmphasis(held) };
    }),
  );
}

function statedIn(text: string): Announcement[] {
  const foreign = foreignAnswers(text).map(({ at, text: held }) => {
    const [answer, whole] = [withoutEmphasis(untilSentenceEnd(held)), withoutEmphasis(held)];
    return { kind: 'heading', final: true, at, text: answer, whole } as const;
  });
  const stated = statedAnswers(text).map((one) => ({ ...one, kind: 'sentence', final: false, whole: one.text }) as const);
  return [...foreign, ...stated];
}

function sentencesIn(text: string): Announcement[] {
  return [...text.matchAll(sentence)].flatMap((match) => {
    const held = untilSentenceEnd(heldText(text.slice(match.index + match[0].length)).slice(0, longestAnswer));
    const isAll = match.index + match[0].length + held.length + 3 > text.trimEnd().length && match.index < 20;
    if (judgement.test(held) && !isAll) return [];
    const final = finalWords.test(text.slice(Math.max(0, match.index - 12), match.index));
    const answer = withoutEmphasis(held).replace(/^not\b[^.]{1,60}?\bbut\s+/i, '');
    return [{ kind: 'sentence', final, at: match.index, text: answer, whole: answer }];
  });
}

/** What stands below or behind an announcement: a line, a formula or code set apart, or the items of a list. */
function heldText(following: string): string {
  const rest = following.slice(0, longestAnswer);
  const apart = /^(?:\\\[[\s\S]+?\\\]|\$\$[\s\S]+?\$\$|```[\w-]*\n([\s\S]+?)\n?```)/.exec(rest);
  if (apart !== null) return apart[1] ?? apart[0];
  const items = /^(?:(?:[-\u2022]|\d{1,2}[.)])[ \t]+[^\n]+(?:\n|$)){2,}/.exec(rest)?.[0];
  if (items !== undefined) return [...items.matchAll(/^\S+[ \t]+(.+)$/gm)].map((match) => match[1]).join(', ');
  const line = /^[^\n]*/.exec(following)?.[0] ?? '';
  const below = introduces.test(line) ? following.slice(line.length).replace(/^\s+/, '') : '';
  return below === '' || below === following ? line.replace(/^[-\u2022][ \t]+/, '') : heldText(below);
}

/** "Thus, the total is:" above the answer, or "Thus, the total is" above a formula set apart. */
const introduces = /[\p{L})$][*_]*[:：][*_]*\s*$|\b(?:is|are|equals|be|by)\s*$/u;

const titles = new Set('Mr Mrs Ms Messrs Dr St Mt Ft Gen Col Lt Capt Sgt Rev Gov Sen Rep Prof Hon Jr Sr vs Vs jr sr'.split(' '));
const beforeNumbers = new Set(
  'no nos vol p pp fig eq ch c ca approx jan feb mar apr jun jul aug sep sept oct nov dec'.split(' '),
);
const shortened = new Set('inc ltd co corp bros etc al est dept approx'.split(' '));
const sentenceStart =
  /^["'”’)*_\]]*\s+(?:I|The|It|This|That|These|They|We|He|She|You|Because|Since|So|Thus|Therefore|Hence|As|In|There|Note|However|If|My|Let)\b/;

/** Up to the full stop that ends its first sentence: an initial or an abbreviation ends none. */
function untilSentenceEnd(text: string): string {
  for (const { index } of text.matchAll(/\.(?=["'”’)*_\]]*(?:\s|$))/g)) {
    if (endsSentence(text.slice(Math.max(0, index - 20), index), text.slice(index + 1, index + 40))) {
      return text.slice(0, index) + (/^["'”’)*_\]]*/.exec(text.slice(index + 1))?.[0] ?? '');
    }
  }
  return text;
}

function endsSentence(before: string, after: string): boolean {
  if (/(?<![\p{L}\p{N}])\p{Lu}$/u.test(before)) return sentenceStart.test(after);
  const written = /[\p{L}.]+$/u.exec(before)?.[0] ?? '';
  const word = written.toLowerCase();
  if (titles.has(written) || (/^\s+\p{N}/u.test(after) && beforeNumbers.has(word))) return false;
  return !(/^\s+\p{Ll}/u.test(after) && (shortened.has(word) || word.includes('.')));
}

function holdsAnswer(text: string): boolean {
  return text.replace(/[*_`#$\\{}[\]():.…\s]+/g, '') !== '';
}

function jsonText(literal: string): string {
  if (literal.startsWith("'")) return literal.slice(1, -1).replaceAll("\\'", "'");
  try {
    return String(readJson(literal));
  } catch {
    return literal;
  }
}
