import { markedAnswer } from '../replies/marked-answer.ts';

/** An answer of at most so many characters is compared as a whole, where nothing in it is marked as final. */
const short = 120;

/**
 * What two answers have in common if they say the same: the text that is marked as final, without case, blanks and signs that
 * change no meaning. Of a long answer that marks nothing, its last number, else its last line; of a program, all of it.
 */
export function answerKey(answer: string): string {
  const known = keys.get(answer);
  if (known !== undefined) return known;
  if (keys.size >= mostKept) keys.clear();
  const key = keyOf(answer);
  keys.set(answer, key);
  return key;
}

/** A fit asks for the keys of the same answers again and again. */
const keys = new Map<string, string>();
const mostKept = 20_000;

function keyOf(answer: string): string {
  const text = answer.trim();
  const marked = markedAnswer(text);
  if (marked !== undefined && marked.trim() !== '') return plain(marked);
  if (text.length <= short || isProgram(text)) return plain(text);
  const last = text.split('\n').findLast((line) => line.trim() !== '') ?? '';
  const number = last.match(/-?\d[\d,]*(?:\.\d+)?/g)?.at(-1);
  return plain(number ?? last);
}

function isProgram(text: string): boolean {
  return /^(?:```|def |class |import |from \w+ import )/m.test(text);
}

function plain(text: string): string {
  const line = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s$*_`"'“”‘’]+/g, ' ')
    .trim();
  const bare = line.replace(/[.。]+$/, '').replaceAll(/(?<=\d),(?=\d{3})/g, '');
  return /^-?\d+\.\d*?0+$/.test(bare) ? String(Number(bare)) : bare;
}
