import { createWaitTeller } from '../../shared/lifecycle/wait-teller.ts';
import { lookDuring } from './look-during.ts';
import { describeWait, type ViewedWait } from './run-view.ts';

const lookEveryMs = 1_000;

/** The work's outcome; once it has taken more than ten seconds, what is waited for is reported, at intervals. */
export async function sayWhileWaiting<Result>(
  say: (message: string) => void,
  describe: () => Pick<ViewedWait, 'what' | 'until'>,
  work: Promise<Result>,
): Promise<Result> {
  const teller = createWaitTeller();
  return await lookDuring(work, lookEveryMs, (waitedMs) => {
    const wait = { kind: 'command', ...describe(), waitedMs };
    if (teller.look(wait) === 'now') say(describeWait(wait));
  });
}
