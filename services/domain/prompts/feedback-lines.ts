/** Of UTF-8. More than an English token has, so that the bound rather errs on the side of fewer tokens. */
const bytesPerToken = 3;

/**
 * What a scorer says of some answers, as lines that fit into so many tokens together. Each is one line whatever it holds, so
 * that nothing in it can pass for a part of the prompt. What was said above is not said again, and what one does not need the
 * others have.
 * @param feedbacks undefined for an answer of which nothing is said
 */
export function feedbackLines(feedbacks: readonly (string | undefined)[], tokens: number): (string | undefined)[] {
  const texts = feedbacks.map((feedback) => (feedback === undefined ? '' : oneLine(feedback)));
  let open = new Set(texts.filter((text) => text !== '')).size;
  let bytes = tokens * bytesPerToken;
  const said = new Set<string>();
  return texts.map((text) => {
    if (text === '') return undefined;
    const [line, rest] = said.has(text) ? [again, 0] : [text, open];
    if (rest > 0) open -= 1;
    said.add(text);
    const fitting = cutTo(line, Math.floor(bytes / Math.max(1, rest)) - sizeOf(feedbackLabel));
    if (fitting === '') return undefined;
    bytes -= sizeOf(feedbackLabel) + sizeOf(fitting);
    return `${feedbackLabel}${fitting}`;
  });
}

/** Begins each line that quotes a scorer. */
export const feedbackLabel = 'the scorer says: ';
const again = 'the same as above';
const mark = ' […]';

/** Without line breaks of any kind, and without what is not seen. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function sizeOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** "" where not even the mark fits. */
function cutTo(text: string, bytes: number): string {
  if (sizeOf(text) <= bytes) return text;
  let room = bytes - sizeOf(mark);
  let kept = '';
  for (const character of text) {
    room -= sizeOf(character);
    if (room < 0) break;
    kept += character;
  }
  return kept === '' ? '' : `${kept.trimEnd()}${mark}`;
}
