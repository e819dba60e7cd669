import { readJson } from './read-json.ts';
import { withoutEmphasis } from './without-emphasis.ts';
import { withoutFence } from './without-fence.ts';

/** A place where a text says what its answer is without announcing it first. */
export interface StatedAnswer {
  readonly at: number;
  readonly text: string;
}

/** Answers that stand before what says that they are the answer, or that a field of another name holds, in their order. */
export function statedAnswers(text: string): StatedAnswer[] {
  return [...aboveExplanation(text), ...beforeTheWord(text), ...inJson(text)].sort((one, other) => one.at - other.at);
}

/** "42", and below it "Explanation: …". */
const explained =
  /^([^\n]{1,200})\n\s{0,20}(?:[*_#>-]{1,6}[ \t]{0,4}){0,4}(?:(?:brief|short|quick)[ \t]+)?(?:explanation|reasoning|rationale|justification|because|reason|here(?:['’]s| is) why|why)\b/i;
const opensText =
  /^(?:#|(?:I|We|You|Let|Let['’]s|To|Sure|Ok|Okay|First|Here|Given|Certainly|Step|Problem|Question|Task|Analysis|This|These|In|For|My|Based|Looking|Using)\b)/i;
/** A line of more words is a sentence about the question. */
const mostWords = 10;

function aboveExplanation(text: string): StatedAnswer[] {
  const line = withoutEmphasis(explained.exec(text.trimStart())?.[1] ?? '').replace(/[.。]$/, '');
  const isAnswer = line !== '' && !/:$/.test(line) && !opensText.test(line) && line.split(/\s+/).length <= mostWords;
  return isAnswer ? [{ at: 0, text: line }] : [];
}

const asTheAnswer =
  /(?:\s{1,3}(?:is|are)(?:\s(?:indeed|therefore|thus|then))?|,?\s{1,3}as)\s(?:the|our|my)\s(?:\*\*)?(?:(?:final|correct|right)\s)?answer(?!\p{L}|:)/gu;
const formula = /(?:\$[^$\n]{1,80}\$|\\\([^\n]{1,80}\\\))$/;
const number = /[-\u2212]?[$€£]?\d[\d,]*(?:\.\d+)?%?(?:[ \t][a-z]+){0,2}$/;
/** Of an answer in words, each with a capital: "Green Bay". */
const words = /[^\s,;:!?()]+(?:[ \t][^\s,;:!?()]+){0,4}$/;
const denied = /(?:\b(?:not|if|that|whether|why|how)|n['’]t)\s+$/i;
const noName = /^(?:This|That|It|Which|What|Here|There|If|Whether|Neither|Nothing|Mine|I|He|She|They|Who)$/;
const conjunction = /^(?:So|Since|Therefore|Thus|Hence|Because|As|And|But|Then|Now|Finally)$/;
const preposition =
  /^(?:In|On|At|By|From|For|With|Of|To|After|Before|Here|There|Yes|No|Well|Okay|Ok|First|Overall|Clearly|Also|However)$/;
/** Of the text before; it only bounds the time. */
const nearby = 120;

/** "18 is the answer", "I get $18$ as the final answer", but not "if 18 is the answer". */
function beforeTheWord(text: string): StatedAnswer[] {
  return [...text.matchAll(asTheAnswer)].flatMap((match) => {
    const before = text.slice(Math.max(0, match.index - nearby), match.index).replace(/\*\*$/, '');
    const line = /(?:^|\n)([^\n]*)$/.exec(before)?.[1] ?? '';
    const answer =
      (formula.exec(before) ?? number.exec(before))?.[0] ?? (placeName(line) || capitalized(words.exec(before)?.[0] ?? ''));
    if (answer === '' || denied.test(before.slice(0, -answer.length).replace(/\*\*$/, ''))) return [];
    return [{ at: match.index - answer.length, text: answer }];
  });
}

/** A line that names one thing in two parts: "Marion, South Australia". */
function placeName(line: string): string {
  const name = line.replaceAll('**', '');
  const isName = /^(?:\p{Lu}[\p{L}.'’-]*\s){0,3}\p{Lu}[\p{L}.'’-]*,\s(?:\p{Lu}[\p{L}.'’-]*\s){0,3}\p{Lu}[\p{L}.'’-]*$/u.test(
    name,
  );
  const [first = ''] = name.split(/[\s,]/);
  return isName && !conjunction.test(first) && !noName.test(first) && !preposition.test(first) ? name : '';
}

/** The last words that all have a capital. */
function capitalized(text: string): string {
  const all = text.replaceAll('**', '').split(/[ \t]/);
  const last = all.findLastIndex((word) => word.charAt(0) === word.charAt(0).toLowerCase());
  const own = all.slice(last + 1);
  const rest = conjunction.test(own[0] ?? '') ? own.slice(1) : own;
  return noName.test(rest[0] ?? '') ? '' : rest.join(' ');
}

const fields =
  /^(?:final[ _-]?)?(?:result|solution|output|label|category|class|classification|prediction|choice|verdict|intent|sentiment)$/i;
/** Longer texts tell how an answer is found. */
const longestField = 100;

/** Of a reply that is one JSON object, the only field that is called after a result. */
function inJson(text: string): StatedAnswer[] {
  const json = withoutFence(text.trim()).trim();
  if (!json.startsWith('{') || !json.endsWith('}')) return [];
  try {
    const held = Object.entries(readJson(json) as Record<string, unknown>).filter(([name]) => fields.test(name));
    const [value, ...others] = held.map(([, each]) => each);
    const isShort = typeof value === 'number' || (typeof value === 'string' && value.length <= longestField);
    return isShort && others.length === 0 ? [{ at: 0, text: String(value) }] : [];
  } catch {
    return [];
  }
}
