import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';

/** A block of lines at the bottom of a terminal that is drawn in place, with ordinary lines scrolling above it. */
export interface TerminalScreen {
  /** A line that stays. */
  print(line: string): void;
  /** Replaces the block; drawn soon, and never more often than the eye can follow. */
  draw(lines: readonly string[]): void;
  /** Removes the block and gives the cursor back. */
  close(): void;
}

export type ScreenStream = Pick<WriteStream, 'write' | 'columns' | 'on' | 'off'>;

const frameMs = 80;
/** Where a terminal does not know its width, it says 0. */
const unknownWidth = 80;
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
/** Lines that are too long are cut by the terminal and do not wrap: a wrapped line would break the count of lines. */
const wrapOff = '\x1b[?7l';
const wrapOn = '\x1b[?7h';
/** Terminals that know it show the frame at once; the others ignore it. */
const beginFrame = '\x1b[?2026h';
const endFrame = '\x1b[?2026l';
const eraseToEndOfLine = '\x1b[K';
const eraseBelow = '\x1b[J';

export function createTerminalScreen(stream: ScreenStream): TerminalScreen {
  let wanted: readonly string[] = [];
  let drawnLines = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const render = (above: readonly string[]): void => {
    const up = drawnLines > 0 ? `\x1b[${drawnLines}A\r` : '';
    const block = wanted.map((line) => `${wrapOff}${cut(line, stream.columns || unknownWidth)}${wrapOn}${eraseToEndOfLine}\n`);
    const kept = above.map((line) => `${line}${eraseToEndOfLine}\n`);
    stream.write(`${beginFrame}${hideCursor}${up}${kept.join('')}${block.join('')}${eraseBelow}${endFrame}`);
    drawnLines = wanted.length;
  };
  const renderSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      render([]);
    }, frameMs);
  };
  // A narrower terminal may have re-wrapped what is there; drawing again is the best that can be done.
  stream.on('resize', renderSoon);

  return {
    print: (line) => {
      if (closed) stream.write(`${line}\n`);
      else render([line]);
    },
    draw: (lines) => {
      wanted = lines;
      if (!closed) renderSoon();
    },
    close: () => {
      if (closed) return;
      closed = true;
      clearTimeout(timer);
      stream.off('resize', renderSoon);
      wanted = [];
      render([]);
      stream.write(showCursor);
    },
  };
}

/** Cuts a line to the width. A line that fits keeps its styles; a cut one loses them. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  if (plain.length <= columns) return line;
  return `${plain.slice(0, Math.max(0, columns - 1))}…`;
}
