import { announcedText, announcements } from './announced-text.ts';
import { boxedTexts, boxesIn } from './boxes.ts';

/** The short text that an answer marks as final, else the whole of it: for questions whose answers are words. */
export function markedWords(answer: string): string {
  return bare(markedAnswer(answer) ?? answer);
}

/** What an answer marks as final, in tags, a box or an announcement, as it stands there; undefined if it marks nothing. */
export function markedAnswer(answer: string): string | undefined {
  const lastTag = announcements(answer).findLast(({ kind }) => kind === 'tag');
  const marked = lastTag?.text ?? announcedBelowBoxes(answer) ?? boxedTexts(answer).at(-1) ?? announcedText(answer);
  return marked === undefined ? undefined : (boxedTexts(marked).at(-1) ?? marked);
}

/** A heading, or a sentence about the final answer, that stands below the last box and says another thing is the later word. */
export function announcedBelowBoxes(answer: string): string | undefined {
  const lastBox = boxesIn(answer).at(-1);
  const below =
    lastBox === undefined ? undefined : announcements(answer).findLast(({ final, at }) => final && at > lastBox.at)?.text;
  const box = lastBox?.text.trim() ?? '';
  return below === undefined || (box !== '' && names(below, box)) ? undefined : below;
}

function names(text: string, words: string): boolean {
  const literal = words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}]|[.,]\\d)`, 'u').test(text);
}

/** Without the Markdown and the quotation marks around it. */
function bare(text: string): string {
  const inner = text
    .replace(/\\text\s*\{([^{}]*)\}/g, '$1')
    .replace(/[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}/g, '')
    .trim();
  return inner.replace(/^["'“‘](.*)["'”’][.]?$/su, '$1').trim();
}
