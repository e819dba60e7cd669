import { announcedText, announcements } from './announced-text.ts';

/** No answer in a box is longer; it bounds the search for a brace that is never closed. */
const longestBox = 1_000;

/** The contents of \boxed{…} in order, whatever braces stand inside. */
export function boxedTexts(text: string): string[] {
  return [...text.matchAll(/\\f?boxed\s*\{/g)].flatMap((match) => {
    const start = match.index + match[0].length;
    let depth = 1;
    for (let at = start; at < Math.min(text.length, start + longestBox); at += 1) {
      if (text[at] === '\\') at += 1;
      else if (text[at] === '{') depth += 1;
      else if (text[at] === '}') depth -= 1;
      if (depth === 0) return [text.slice(start, at)];
    }
    return [];
  });
}

/** The short text that an answer marks as final, else the whole of it: for questions whose answers are words. */
export function markedWords(answer: string): string {
  const lastTag = announcements(answer).findLast(({ kind }) => kind === 'tag');
  const box = boxedTexts(answer).at(-1);
  const marked = lastTag?.text ?? announcedBelowBoxes(answer) ?? box ?? announcedText(answer) ?? answer;
  return bare(boxedTexts(marked).at(-1) ?? marked);
}

/** A heading, or a sentence about the final answer, that stands below the last box is the later word. */
export function announcedBelowBoxes(answer: string): string | undefined {
  const lastBox = answer.lastIndexOf('boxed');
  return lastBox < 0 ? undefined : announcements(answer).findLast(({ final, at }) => final && at > lastBox)?.text;
}

/** Without the Markdown and the quotation marks around it. */
function bare(text: string): string {
  const inner = text
    .replace(/\\text\s*\{([^{}]*)\}/g, '$1')
    .replace(/[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}/g, '')
    .trim();
  return inner.replace(/^["'“‘](.*)["'”’][.]?$/su, '$1').trim();
}
