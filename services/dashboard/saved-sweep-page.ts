import { ask } from './addresses.ts';
import type { RunAnswer } from './api/run-answer.ts';
import type { PageBundle } from './build-page.ts';
import { type AnswerAt, collectAnswers, keepReader, mostEmbedded, type SavedPage } from './collected-answers.ts';
import { roundsOf, takeRounds } from './saved-page.ts';

/**
 * A sweep as one file: its cells and its report, then each of its runs, then what they have found, as far as there is room.
 * Matrices and transcripts are in the files of the runs.
 */
export async function savedSweepPage(
  bundle: PageBundle,
  answerAt: AnswerAt,
  sweepId: string,
  signal: AbortSignal,
  most = mostEmbedded,
): Promise<SavedPage> {
  const collected = collectAnswers(standingStill(answerAt), most, signal);
  const [sweep, { sweeps }, { runs }] = await Promise.all([
    answerAt(ask.sweep(sweepId)),
    answerAt(ask.sweeps()),
    answerAt(ask.runs()),
  ]);
  await keepReader(collected, answerAt);
  const ids = [...new Set(sweep.cells.flatMap(({ runId }) => runId ?? []))];
  collected.keep(ask.sweeps(), { sweeps: sweeps.filter((row) => row.sweepId === sweepId) });
  collected.keep(ask.sweep(sweepId), sweep);
  collected.keep(ask.runs(), { runs: runs.filter(({ runId }) => ids.includes(runId)) });
  await collected.take('report', ask.sweepReport(sweepId));
  const found = new Map<string, RunAnswer>();
  for (const runId of ids) {
    const run = await collected.take('run', ask.run(runId));
    if (run !== undefined) found.set(runId, run);
  }
  for (const [runId, run] of found) await takeRounds(collected, runId, roundsOf(run).inOrder.slice(0, 1));
  for (const [runId, run] of found) await takeRounds(collected, runId, roundsOf(run).inOrder.slice(1));
  return collected.page(bundle, `/sweeps/${encodeURIComponent(sweepId)}`);
}

/** A file does not follow what a run does next. */
function standingStill(answerAt: AnswerAt): AnswerAt {
  return async (asked) => {
    const answer = await answerAt(asked);
    return typeof answer === 'object' && answer !== null && 'step' in answer ? { ...answer, step: undefined } : answer;
  };
}
