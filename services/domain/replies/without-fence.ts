import { withoutMargins } from './without-margins.ts';

/** What opens a fenced block: the marks, and a language or more behind them. */
const opening = /^([ \t]*)(`{3,}(?!`)|~{3,}(?!~))[^\n`]*$/;

/** The content of a text that is one fenced block, without the fence; the block need not be closed. */
export function withoutFence(text: string): string {
  const [first = '', ...lines] = text
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd()
    .split('\n');
  const isEnd = endOf(first);
  if (isEnd === undefined || lines.length === 0) return text;
  const [last = ''] = lines.slice(-1);
  const marks = opening.exec(first)?.[2] ?? '';
  const end = last.endsWith(marks) ? last.slice(0, -marks.length) : last;
  const inside = [...lines.slice(0, -1), ...(end.trim() === '' ? [] : [end])];
  return inside.some(isEnd) ? text : inside.join('\n');
}

/** The fenced blocks of a text, in order, each without its fence. */
export function fencedTexts(text: string): string[] {
  const blocks: string[][] = [];
  let isEnd: ((line: string) => boolean) | undefined;
  for (const line of text.split('\n')) {
    if (isEnd === undefined) {
      isEnd = endOf(line);
      if (isEnd !== undefined) blocks.push([]);
    } else if (isEnd(line)) isEnd = undefined;
    else blocks.at(-1)?.push(line);
  }
  return blocks.map((lines) => withoutMargins(lines.join('\n')));
}

/** What ends the block that a line begins; a fence that is indented further belongs to what the block holds, such as a prompt. */
function endOf(line: string): ((line: string) => boolean) | undefined {
  const [, margin, marks] = opening.exec(line) ?? [];
  if (margin === undefined || marks === undefined) return undefined;
  return (other) => other.trim() === marks && other.length - other.trimStart().length <= margin.length + 3;
}
