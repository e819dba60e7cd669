import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTerminalScreen } from '../../../../services/cli/progress/terminal-screen.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Reads what a terminal would show: it knows the few sequences that the screen uses, and fails on any other. */
function createFakeTerminal(columns = 80) {
  const rows: string[] = [''];
  let row = 0;
  let cursorShown = true;
  let frames = 0;
  const write = (text: string): boolean => {
    const readable = text.replaceAll('\x1b[', '⎋');
    for (const [piece] of readable.matchAll(/⎋[?\d;]*[A-Za-z]|\r|\n|[^⎋\r\n]+/g)) {
      if (piece === '\n') row += 1;
      else if (piece === '⎋?25l') cursorShown = false;
      else if (piece === '⎋?25h') cursorShown = true;
      else if (piece === '⎋?2026h') frames += 1;
      else if (/^⎋\d+A$/.test(piece)) row -= Number(piece.slice(1, -1));
      else if (piece === '⎋J') rows.length = row;
      else if (/^⎋(\?7[lh]|\?2026l|K)$/.test(piece) || piece === '\r') continue;
      else if (piece.startsWith('⎋')) throw new Error(`unknown sequence ${piece}`);
      else rows[row] = piece;
      rows[row] ??= '';
    }
    return true;
  };
  const stream = { write, columns, on: () => stream, off: () => stream } as never;
  return { stream, shown: () => rows.filter((text) => text !== ''), cursorShown: () => cursorShown, frames: () => frames };
}

test('the block is drawn in place, below the lines that stay, and leaves nothing behind', () => {
  const terminal = createFakeTerminal();
  const screen = createTerminalScreen(terminal.stream);
  screen.draw(['round 1', 'best -']);
  vi.runAllTimers();
  screen.print('round 1: 0.5000');
  screen.draw(['round 2']);
  vi.runAllTimers();
  expect(terminal.shown()).toEqual(['round 1: 0.5000', 'round 2']);
  expect(terminal.cursorShown()).toBe(false);
  screen.close();
  expect(terminal.shown()).toEqual(['round 1: 0.5000']);
  expect(terminal.cursorShown()).toBe(true);
  screen.print('later');
  expect(terminal.shown()).toEqual(['round 1: 0.5000', 'later']);
});

test('many updates in a moment are one frame', () => {
  const terminal = createFakeTerminal();
  const screen = createTerminalScreen(terminal.stream);
  for (let done = 0; done < 500; done += 1) screen.draw([`${done}/500`]);
  vi.runAllTimers();
  expect(terminal.frames()).toBe(1);
  expect(terminal.shown()).toEqual(['499/500']);
  screen.close();
});

test('a line that is too long for the terminal is cut', () => {
  const terminal = createFakeTerminal(10);
  const screen = createTerminalScreen(terminal.stream);
  screen.draw(['0123456789abc']);
  vi.runAllTimers();
  expect(terminal.shown()).toEqual(['012345678…']);
  screen.close();
});
