import { withoutMargins } from './without-margins.ts';

const whole = /^\s*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)\n?[ \t]*(?:\1)?\s*$/;

/** The content of a text that is one fenced block, without the fence; the block need not be closed. */
export function withoutFence(text: string): string {
  return whole.exec(text)?.[2] ?? text;
}

/** The fenced blocks of a text, in order, each without its fence. */
export function fencedTexts(text: string): string[] {
  return [...text.matchAll(/^[ \t]*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)(?:^[ \t]*\1[ \t]*$|(?![\s\S]))/gm)].map((match) =>
    withoutMargins(match[2] ?? ''),
  );
}
