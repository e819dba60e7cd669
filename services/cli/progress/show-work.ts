import { lookDuring } from './look-during.ts';
import { sayWhileWaiting } from './say-while-waiting.ts';
import type { TerminalScreen } from './terminal-screen.ts';

const firstMs = 1_000;
const lookEveryMs = 250;

/** Where it is shown: of the terminal, as commands see it. */
export interface Shown {
  notice(message: string): void;
  openScreen(json: boolean): Pick<TerminalScreen, 'draw' | 'close'>;
}

/**
 * The work's outcome. What the command is at is drawn on a terminal once that has taken a second, and is gone when the work ends;
 * elsewhere it is a line after ten seconds, as for every wait.
 * @param describe what is being done now, to go before "for 3 s"
 */
export async function showWork<Result>(cli: Shown, describe: () => string, work: Promise<Result>): Promise<Result> {
  const until = 'Ctrl-C ends the command';
  const said = sayWhileWaiting(cli.notice, () => ({ what: describe(), until }), work);
  return drawWork(cli, describe, said);
}

/** The same without the line, for work that says of itself what it waits for. */
export async function drawWork<Result>(
  cli: Pick<Shown, 'openScreen'>,
  describe: () => string,
  work: Promise<Result>,
): Promise<Result> {
  let screen: ReturnType<Shown['openScreen']> | undefined;
  try {
    return await lookDuring(work, lookEveryMs, (tookMs) => {
      if (tookMs < firstMs) return;
      // As with a document on stdout: that belongs to what the command was called for.
      screen ??= cli.openScreen(true);
      screen.draw([`${describe()}, for ${Math.floor(tookMs / 1_000)} s …`]);
    });
  } finally {
    screen?.close();
  }
}
