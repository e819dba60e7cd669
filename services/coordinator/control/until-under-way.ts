import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Coordinator } from '../coordinator.ts';

/** A run that another coordinator leads is not waited for longer than this. */
const longestMs = 2_000;

/** Resolves when a run that is driven here goes on, or waits for something. */
export async function untilUnderWay(
  { onProgress }: Pick<Coordinator, 'onProgress'>,
  runId: string,
  timing: Timing,
): Promise<void> {
  const begun = Promise.withResolvers<void>();
  const inTime = timing.after(longestMs, begun.resolve);
  let news = 0;
  const forget = onProgress(runId, (_, wait) => {
    news += 1;
    // First its work is known, then it is queued, then results come.
    if (news > 1 || wait !== undefined) begun.resolve();
  });
  try {
    await begun.promise;
  } finally {
    inTime();
    forget();
  }
}
