import { ask } from './addresses.ts';
import type { RunAnswer } from './api/run-answer.ts';
import type { PageBundle } from './build-page.ts';
import {
  type AnswerAt,
  type CollectedAnswers,
  collectAnswers,
  keepReader,
  mostEmbedded,
  type SavedPage,
} from './collected-answers.ts';

/** A run as one file: every view of it, and as many transcripts as there is room for, those of the worst answers first. */
export async function savedPage(
  bundle: PageBundle,
  answerAt: AnswerAt,
  runId: string,
  signal: AbortSignal,
  most = mostEmbedded,
): Promise<SavedPage> {
  const collected = collectAnswers(answerAt, most, signal);
  const [{ runs }, run] = await Promise.all([answerAt(ask.runs()), answerAt(ask.run(runId))]);
  await keepReader(collected, answerAt);
  collected.keep(ask.runs(), { runs: runs.filter((row) => row.runId === runId) });
  const { step: _step, ...still } = run;
  collected.keep(ask.run(runId), still);
  const { best, inOrder } = roundsOf(run);
  await collected.take('matrix of queries', ask.matrix(runId));
  await collected.take('diagnosis', ask.why(runId));
  const executed = await takeRounds(collected, runId, inOrder);
  await collected.take('timeline', ask.timeline(runId));
  for (const round of inOrder) await collected.take('timeline', ask.timeline(runId, round));
  for (const round of best === undefined ? [] : inOrder.filter((each) => each !== best)) {
    await collected.take('comparison', ask.compare(`${runId}:${best}`, `${runId}:${round}`));
  }
  for (const { round, query } of executed) await collected.take('transcript', ask.executions(runId, round, query));
  return collected.page(bundle);
}

/** The best round, where it began, and then the others. */
export function roundsOf({ report }: RunAnswer): { readonly best: number | undefined; readonly inOrder: readonly number[] } {
  const rounds = report?.rounds.map(({ round }) => round) ?? [];
  const best = report?.best?.round;
  return { best, inOrder: [...new Set([...(best === undefined ? [] : [best]), ...rounds.slice(0, 1), ...rounds])] };
}

interface Executed {
  readonly round: number;
  readonly query: string;
}

/** Rounds with their lists of executions. @returns what was executed in those that were taken */
export async function takeRounds(collected: CollectedAnswers, runId: string, rounds: readonly number[]): Promise<Executed[]> {
  for (const round of rounds) await collected.take('round', ask.round(runId, round));
  const executed: Executed[] = [];
  for (const round of rounds) {
    const list = await collected.take('list of executions', ask.executionRows(runId, round));
    const queries = new Set(list?.rows.map(({ queryId }) => queryId));
    executed.push(...[...queries].map((query) => ({ round, query })));
  }
  return executed;
}
