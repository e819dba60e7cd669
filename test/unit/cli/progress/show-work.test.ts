import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Cli } from '../../../../services/cli/cli.ts';
import { showWork } from '../../../../services/cli/progress/show-work.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function terminal() {
  const shown: { opened: number; closed: number; lines: readonly string[]; said: string[] } = {
    ...{ opened: 0, closed: 0, lines: [], said: [] },
  };
  const notice = (message: string): void => void shown.said.push(message);
  const openScreen: Cli['openScreen'] = () => {
    shown.opened += 1;
    const draw = (lines: readonly string[]): void => {
      shown.lines = lines;
    };
    const close = (): void => {
      shown.closed += 1;
    };
    return { print: notice, notice, draw, close };
  };
  return { shown, cli: { notice, openScreen } };
}

test('what a command is at is drawn once that has taken a second, as it is by then, and gone when it ends', async () => {
  const { shown, cli } = terminal();
  const work = Promise.withResolvers<string>();
  let doing = 'reading round 1 of 9';
  const outcome = showWork(cli, () => doing, work.promise);
  vi.advanceTimersByTime(900);
  expect(shown).toMatchObject({ opened: 0, lines: [] });
  vi.advanceTimersByTime(200);
  expect(shown.lines).toEqual(['reading round 1 of 9, for 1 s …']);
  doing = 'writing 2,000 calls';
  vi.advanceTimersByTime(2_000);
  expect(shown).toMatchObject({ opened: 1, closed: 0, lines: ['writing 2,000 calls, for 3 s …'] });
  vi.advanceTimersByTime(8_000);
  expect(shown.said).toEqual(['Waiting for 10 s: writing 2,000 calls. Ctrl-C ends the command.']);
  work.resolve('done');
  expect(await outcome).toBe('done');
  expect(shown).toMatchObject({ opened: 1, closed: 1 });
});

test('work that is done, or fails, within a second draws nothing', async () => {
  const { shown, cli } = terminal();
  await expect(showWork(cli, () => 'reading', Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  await showWork(cli, () => 'reading', Promise.resolve());
  vi.advanceTimersByTime(60_000);
  expect(shown).toMatchObject({ opened: 0, said: [] });
});
