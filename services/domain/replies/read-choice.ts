import { afterRetraction } from './after-retraction.ts';
import { type Announcement, announcedText, announcements } from './announced-text.ts';
import { boxedTexts } from './boxes.ts';
import { halfWidth } from './half-width.ts';
import { judgedChoice } from './judged-choice.ts';
import { announcedBelowBoxes } from './marked-answer.ts';
import { mentionsIn, nameOf, nameSource } from './mentions-in.ts';

/** null: several, as in "A or B". */
type Reading = string | null | undefined;

/**
 * The choice that an answer means: what it marks as final ("Answer: B", "\boxed{B}", "the answer is (b)"), else what stands alone
 * in its last or first line, else what it says to be right ("so it must be C"), else what it begins with ("b. 4"), else the last
 * choice that it names and does not refuse. Undefined for none, and for several at once.
 * @param choices letters or words; one of them is given back as it stands there
 */
export function readChoice(answer: string, choices: readonly string[]): string | undefined {
  const text = choices.every((choice) => /^\d+$/.test(choice)) ? withoutMaximum(halfWidth(answer)) : halfWidth(answer);
  const later = afterRetraction(text);
  return (later === undefined ? undefined : choiceOf(later, choices)) ?? choiceOf(text, choices);
}

function choiceOf(text: string, choices: readonly string[]): string | undefined {
  const all = announcements(text);
  const below = announcedBelowBoxes(text);
  const held = (wanted: (one: Announcement) => boolean) => all.filter(wanted).map((one) => one.text);
  const marked = [
    ...held(({ kind }) => kind === 'tag').reverse(),
    ...(below === undefined ? [] : [below]),
    ...boxedTexts(text)
      .reverse()
      .filter((box) => bareChoice(box, choices) !== undefined),
    ...held(({ kind }) => kind !== 'tag').reverse(),
    ...(all.length === 0 ? [announcedText(text) ?? ''] : []),
  ];
  for (const mark of marked) {
    const found = markedChoice(mark, choices);
    if (found !== undefined) return found ?? undefined;
  }
  return statedChoice(text, choices) ?? undefined;
}

/** Of a rating: "4 out of 5", "4/5". */
function withoutMaximum(text: string): string {
  return text.replace(/(?<![\d.,/])(\d{1,3})(?:\s(?:stars?|points?))?\s?\(?(?:\/|out of|of)\s?\d{1,3}\)?(?![\d/]|[.,]\d)/g, '$1');
}

const kinds = '(?:option|choice|answer|letter|solution|alternative|statement)';
/** As few as will do, since a choice may begin with one (-1, >=); the bound keeps the time short. */
const opening = String.raw`[\s>#*_"'“‘(\[{-]{0,40}?`;
const closing = String.raw`[*_"'”’)\]}]*`;

/** A choice and nothing beside it but what names it: "(B)", "Option B.", "the best is b". */
function bareChoice(text: string, choices: readonly string[]): Reading {
  const whole = wholeChoice(text, choices);
  return whole === undefined ? labelOf(plainText(text), choices) : whole;
}

function wholeChoice(text: string, choices: readonly string[]): Reading {
  const plain = plainText(text);
  const named = `(?:(?:the|my|is|correct|right|best|final|${kinds})\\s*[:#]?\\s+)*`;
  const one = `${opening}(${nameSource(choices)})${closing}`;
  const bare = new RegExp(`^${opening}${named}${one}[\\s.!;]*$`, 'iu').exec(plain)?.[1];
  if (bare !== undefined) return nameOf(bare, choices);
  const several = new RegExp(
    `^${opening}${kinds}?s?\\s*${one}(?:\\s*(?:,|;|/|&|\\band\\b|\\bor\\b)\\s*)+(?:(?:and|or)\\s+)?${one}(?:\\s*[(.;]|[\\s!)]*$)`,
    'iu',
  ).exec(plain);
  return several?.[1]?.toLowerCase() === several?.[2]?.toLowerCase() ? undefined : null;
}

/** What a line begins with: "B) because", "b. 4", "**Option B**: it", "B - the last". */
function labelOf(line: string, choices: readonly string[]): string | undefined {
  const label = new RegExp(
    `^${opening}(?:${kinds}\\s+)?${opening}(${nameSource(choices)})${closing}\\s*(?:[).:;–—>✓✔✅✗✘❌](?!\\d)|-\\s|,(?=\\s)(?!\\s+${opening}(?:${nameSource(choices)})(?:\\s*(?:[,;]|and\\b|or\\b)|[\\s.!]*$)))`,
    'iu',
  ).exec(line)?.[1];
  const choice = label === undefined ? undefined : nameOf(label, choices);
  // "a, b" may be words; a small letter is a label only with its point, colon or bracket.
  return choice !== label && new RegExp(`^${opening}[a-z]\\s*,`, 'u').test(line) ? undefined : choice;
}

/** A marked answer begins with its choice, or names it first: "B, since A is wrong". */
function markedChoice(mark: string, choices: readonly string[]): Reading {
  const bare = bareChoice(mark, choices);
  if (bare !== undefined) return bare;
  const mentions = mentionsIn(plainText(mark), choices);
  return mentions.find(({ refused, several }) => !refused && !several)?.choice ?? leftOver(mentions, choices);
}

function statedChoice(text: string, choices: readonly string[]): Reading {
  const prose = plainText(text.replace(formula, (whole) => (bareChoice(whole, choices) ? whole : ' ')));
  const lines = listed(prose, choices).filter((line) => /[\p{L}\p{N}]/u.test(line));
  const alone = [lines.at(-1), lines[0]].map((line) => (line === undefined ? undefined : wholeChoice(line, choices)));
  const labels = lines.map((line) => ({ line, choice: bareChoice(line, choices) })).filter(({ choice }) => choice);
  const isList = new Set(labels.map(({ choice }) => choice)).size > 1;
  const right = isList
    ? labels.filter(({ line }) =>
        /(?<!\b(?:not|in)[ -]?)\b(?:correct|right)\b|[✓✔✅]|^\W*\S{1,20}\s+(?:[-–—:]\s+)?(?:yes|true)\b(?=[\s.,;:!*–—-]*(?:$|\s))/iu.test(
          line,
        ),
      )
    : [];
  const left = isList
    ? labels.filter(
        ({ line }) =>
          !/\b(?:wrong|incorrect|false|not (?:correct|right))\b|[✗✘❌]|^\W*\S{1,20}\s+(?:[-–—:]\s+)?no(?=[.,;:!–—]|\s*$)/iu.test(
            line,
          ),
      )
    : [];
  // Lines that only repeat what there is to choose from name nothing.
  const rest = isList ? lines.filter((line) => labelOf(line, choices) === undefined).join('\n') : prose;
  const mentions = mentionsIn(rest, choices);
  const named = mentions.filter(({ refused, several }) => !refused && !several);
  const sure = named.filter(({ doubted }) => !doubted);
  // Where all are doubted, the first is.
  const good = sure.length > 0 ? sure : named.slice(0, 1);
  return (
    alone[0] ??
    alone[1] ??
    judgedChoice(prose, choices) ??
    likeliest(prose, choices) ??
    (right.length === 1 ? right[0]?.choice : undefined) ??
    (left.length === 1 ? left[0]?.choice : undefined) ??
    good.findLast(({ at, end }) => isSaidRight(rest, at, end))?.choice ??
    (isList ? undefined : headedChoice(lines, choices)) ??
    (isList ? undefined : labels.find(({ line }) => line === lines[0] || line === lines.at(-1))?.choice) ??
    good.at(-1)?.choice ??
    leftOver(mentions, choices)
  );
}

/** The lines of a text, also of a list within a line ("A: no, B: yes."), and without the numbers of "1. A - false". */
function listed(prose: string, choices: readonly string[]): string[] {
  const verdict = String.raw`[.)]\s+(?:[Ww]rong|[Rr]ight|[Cc]orrect|[Ii]ncorrect|[Tt]rue|[Ff]alse)\b`;
  const item = new RegExp(`[,;.]\\s+(?=(?:${nameSource(choices)})${closing}\\s*(?:[:✓✔✅✗✘❌]|${verdict}))`, 'gu');
  const isList = (prose.match(item)?.length ?? 0) > 1;
  const lines = (isList ? prose.replace(item, '\n') : prose).split('\n').map(rowAsItem);
  return choices.some((choice) => /^\d/.test(choice)) ? lines : lines.map((line) => line.replace(/^\s*\d{1,2}[.)]\s+/, ''));
}

/** "| B | ✓ |" as "B: ✓". */
function rowAsItem(line: string): string {
  const cells = /^\s*\|([^\n]*)\|\s*$/.exec(line)?.[1]?.split('|');
  return cells === undefined ? line : cells.map((cell) => cell.trim()).join(': ');
}

/** "Category: billing", "Sentiment = Negative. …", unless several lines say different things. */
function headedChoice(lines: readonly string[], choices: readonly string[]): string | undefined {
  const heading = new RegExp(
    `^${opening}\\p{L}+(?:[ _-]\\p{L}+){0,2}[ _-]?${closing}\\s*(?:[:=：]|->)\\s*${opening}(${nameSource(choices)})${closing}\\s*(?:[.,;!(–—-]|$)`,
    'iu',
  );
  const said = lines
    .filter((line) => !/^\W*(?:reasons?|why|because|not|wrong|incorrect|example|note|also|instead)\b/i.test(line))
    .flatMap((line) => nameOf(heading.exec(line)?.[1] ?? '', choices) ?? []);
  return new Set(said).size === 1 ? said[0] : undefined;
}

const formula = /\$\$[\s\S]+?\$\$|\$[^$\n]+\$|\\\[[\s\S]+?\\\]|\\\([\s\S]+?\\\)|\\f?boxed\s*\{(?:[^{}]|\{[^{}]*\})*\}/g;
const adverbs = `(?:\\s+(?:therefore|thus|clearly|definitely|probably|likely|most|indeed|only|just|simply|then|the|${kinds}))*`;
const rightBefore = [
  `\\b(?:it|this|that|which|one|best|result|verdict|sentiment|label|category|class|classification|guess|${kinds})(?:['’]s|\\s+(?:is|are|(?:must|should|can only|will) be|has to be)|\\s*[:=])${adverbs}`,
  `\\b(?:(?:must|should) be|has to be|(?:leaves?|leaving)(?:\\s+us)?(?:\\s+with)?|left with|cho(?:o?se|osing)|pick(?:ing)?|select(?:ing)?|take|go(?:ing)? with|lean(?:ing)? to(?:wards?)?|opt for|settle on|prefer|say|vote for|match(?:es)?|corresponds? to|points? to)${adverbs}`,
  `\\b(?:mostly|mainly|predominantly|primarily|largely|overall)${adverbs}`,
].map((source) => new RegExp(`${source}\\s+["'“‘(\\[*_]*$`, 'iu'));
const concluded = new RegExp(`\\b(?:therefore|thus|so|hence|conclusion)[,:]?${adverbs}\\s+["'“‘(\\[*_]*$`, 'iu');
const rightAfter =
  /^["'”’)\]*_]*\s+(?:(?:is|seems|appears|looks|must be)(?:\s+(?:to be|the|most|more|clearly|indeed|definitely|therefore|thus|our|my))*\s+(?:correct|right|best|better|answer|true|valid|appropriate|accurate|likely)|fits|works|wins|satisfies)\b/iu;

/** "it must be B", "so I take B", "therefore: B", "B is right". */
function isSaidRight(text: string, at: number, end: number): boolean {
  const before = text.slice(Math.max(0, at - 120), at);
  const after = text.slice(end, end + 120);
  return (
    rightBefore.some((pattern) => pattern.test(before)) ||
    (concluded.test(before) && /^["'”’)\]*_]*\s*(?:[.!\n]|$)/.test(after)) ||
    rightAfter.test(after)
  );
}

/** "A: 10%", "B (70%)", "C (20%)": the choice of the highest share, if several have one. */
function likeliest(text: string, choices: readonly string[]): string | undefined {
  const share = new RegExp(
    `(?<![\\p{L}\\p{N}])(${nameSource(choices)})${closing}(?:\\s?[:(=–-]\\s?|\\s)(\\d{1,3}(?:\\.\\d+)?)\\s?%`,
    'gu',
  );
  const shares = [...text.matchAll(share)].map(([, name = '', size]) => ({ choice: nameOf(name, choices), size: Number(size) }));
  const most = Math.max(...shares.map(({ size }) => size));
  const [first, ...others] = shares.filter(({ size }) => size === most);
  return shares.length > 1 && others.length === 0 ? first?.choice : undefined;
}

/** Where all but one are refused, that one is meant. */
function leftOver(mentions: ReturnType<typeof mentionsIn>, choices: readonly string[]): string | undefined {
  const refused = new Set(mentions.filter((one) => one.refused).map(({ choice }) => choice));
  const left = choices.filter((choice) => !refused.has(choice));
  return mentions.every((one) => one.refused) && choices.length > 1 && left.length === 1 ? left[0] : undefined;
}

/** Longer runs of blanks say no more than one. */
function plainText(text: string, nested = 5): string {
  const unwrapped = text.replace(
    /\\(?:text(?:bf|it|rm|sf)?|math(?:rm|bf|sf|it)?|boxed|fbox|mbox|operatorname)\s*\{([^{}]*)\}/g,
    '$1',
  );
  if (unwrapped !== text && nested > 0) return plainText(unwrapped, nested - 1);
  return unwrapped.replace(/\$|\\[()[\]]|\*\*|__|`/g, '').replace(/[^\S\n]{2,}/g, ' ');
}
