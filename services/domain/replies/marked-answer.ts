import { afterRetraction } from './after-retraction.ts';
import { announcement, announcements } from './announced-text.ts';
import { boxedTexts, boxesIn } from './boxes.ts';
import { withoutConfidence } from './without-confidence.ts';
import { withoutFence } from './without-fence.ts';

/**
 * The short texts that an answer may mean as its final one, else the whole of it: for questions whose answers are words. An
 * answer of several sentences is meant as it stands, or up to the end of its first.
 */
export function markedReadings(answer: string): readonly string[] {
  const sure = withoutConfidence(answer);
  const own = withoutFence(afterRetraction(sure) ?? sure);
  const marked = markedIn(own);
  const readings = marked === undefined ? [own] : [withoutFence(marked.text), withoutFence(marked.whole)];
  return [...new Set(readings.map(bare))];
}

/** What an answer marks as final, in tags, a box or an announcement, as it stands there; undefined if it marks nothing. */
export function markedAnswer(answer: string): string | undefined {
  const marked = markedIn(answer);
  if (marked === undefined) return undefined;
  return announcements(marked.whole).length === 0 ? marked.whole : marked.text;
}

interface Marked {
  readonly text: string;
  readonly whole: string;
}

function markedIn(answer: string): Marked | undefined {
  const lastTag = announcements(answer).findLast(({ kind }) => kind === 'tag');
  const marked = lastTag ?? belowBoxes(answer) ?? inBox(answer) ?? announcement(answer);
  return inBox(marked?.text ?? '') ?? marked;
}

function inBox(text: string): Marked | undefined {
  const box = boxedTexts(text).at(-1);
  return box === undefined ? undefined : { text: box, whole: box };
}

/** A heading, or a sentence about the final answer, that stands below the last box and says another thing is the later word. */
export function announcedBelowBoxes(answer: string): string | undefined {
  return belowBoxes(answer)?.text;
}

function belowBoxes(answer: string): Marked | undefined {
  const lastBox = boxesIn(answer).at(-1);
  const below = lastBox && announcements(answer).findLast(({ final, at }) => final && at > lastBox.at);
  const box = lastBox?.text.trim() ?? '';
  return below === undefined || (box !== '' && names(below.whole, box)) ? undefined : below;
}

/** Whether it says the words, and not as a part of another number: 450 is not named by 2,450, nor 3 by 3/4, \frac{3}{4} or -3. */
function names(text: string, words: string): boolean {
  const literal = words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const [before, after] = /^\d[\d,.]*$/.test(words)
    ? [String.raw`|\d[.,]|[-\u2212+/^{}]\s*`, String.raw`|\s*(?:[/^{}+*\u2212]|-\s*\d|\\(?:sqrt|frac|pi|cdot|times)\b)`]
    : ['', ''];
  return new RegExp(`(?<![\\p{L}\\p{N}]${before})${literal}(?![\\p{L}\\p{N}]|[.,]\\d${after})`, 'u').test(text);
}

/** Without the Markdown and the quotation marks around it; "2*3" and "my_name" keep their signs. */
function bare(text: string): string {
  const inner = text
    .replace(/\\text\s*\{([^{}]*)\}/g, '$1')
    .replace(/(?<![\p{L}\p{N})\]])[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?![\p{L}\p{N}([])/gu, '')
    .trim();
  const plain = inner.replace(/^\$([^$\d][^$]*)\$$/s, '$1');
  return plain.replace(/^["'“‘](.*)["'”’][.]?$/su, '$1').trim();
}
