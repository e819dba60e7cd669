import { type Asked, ask } from './addresses.ts';
import type { EmbeddedAnswers, RunsAnswer, SessionAnswer } from './api.ts';
import type { PageBundle } from './build-page.ts';
import { pageInOneFile } from './page-document.ts';

/** Answers what the page would ask for. @throws for what cannot be answered */
export type AnswerAt = <Answer>(asked: Asked<Answer>) => Promise<Answer>;

/** Characters of answers in a file: with the page itself it stays under 10 MB, which mail and browsers take. */
const mostEmbedded = 8_000_000;

/** What people see first is taken first; what does not fit is left out and counted. */
interface Part {
  /** Of one: "transcript". */
  readonly what: string;
  readonly asked: Asked<unknown>;
}

/** A run as one file: every view of it, and as many transcripts as there is room for, those of the worst answers first. */
export async function savedPage(
  bundle: PageBundle,
  answerAt: AnswerAt,
  runId: string,
  signal: AbortSignal,
  most = mostEmbedded,
): Promise<{ readonly html: string; readonly notes: readonly string[] }> {
  const [{ runs }, session, run] = await Promise.all([answerAt(ask.runs()), answerAt(ask.session()), answerAt(ask.run(runId))]);
  const rows: RunsAnswer = { runs: runs.filter((row) => row.runId === runId) };
  const { signIn: _signIn, ...said } = session;
  const looker: SessionAnswer = { ...said, role: 'read', isSignedIn: false };
  const { step: _step, ...still } = run;
  const answers: Record<string, unknown> = {
    ...{ [ask.runs().address]: rows, [ask.session().address]: looker, [ask.run(runId).address]: still },
  };
  let size = JSON.stringify(answers).length;
  const left = new Map<string, number>();
  const leaveOut = (what: string): unknown => left.set(what, (left.get(what) ?? 0) + 1);
  // Of a kind of which one did not fit, no further one is asked for: there may be a hundred thousand.
  const full = new Set<string>();
  const take = async ({ what, asked }: Part): Promise<unknown> => {
    if (full.has(what)) return void leaveOut(what);
    signal.throwIfAborted();
    const answer = await answerAt(asked).catch(() => undefined);
    if (answer === undefined) return undefined;
    const length = JSON.stringify(answer).length;
    if (size + length > most) {
      full.add(what);
      return void leaveOut(what);
    }
    size += length;
    answers[asked.address] = answer;
    return answer;
  };
  const rounds = run.report?.rounds.map(({ round }) => round) ?? [];
  const best = run.report?.best?.round;
  // The best round, where it began, and then the others.
  const inOrder = [...new Set([...(best === undefined ? [] : [best]), ...rounds.slice(0, 1), ...rounds])];
  await take({ what: 'matrix of queries', asked: ask.matrix(runId) });
  await take({ what: 'diagnosis', asked: ask.why(runId) });
  for (const round of inOrder) await take({ what: 'round', asked: ask.round(runId, round) });
  const executed: { readonly round: number; readonly query: string }[] = [];
  for (const round of inOrder) {
    const asked = ask.executionRows(runId, round);
    const list = (await take({ what: 'list of executions', asked })) as typeof asked.answer;
    const queries = new Set(list?.rows.map(({ queryId }) => queryId));
    executed.push(...[...queries].map((query) => ({ round, query })));
  }
  await take({ what: 'timeline', asked: ask.timeline(runId) });
  for (const round of inOrder) await take({ what: 'timeline', asked: ask.timeline(runId, round) });
  for (const round of best === undefined ? [] : inOrder.filter((each) => each !== best)) {
    await take({ what: 'comparison', asked: ask.compare(`${runId}:${best}`, `${runId}:${round}`) });
  }
  for (const { round, query } of executed) await take({ what: 'transcript', asked: ask.executions(runId, round, query) });
  const notes = [...left].map(([what, count]) => `${count} ${count === 1 ? what : plural(what)}`);
  const embedded: EmbeddedAnswers = {
    ...{ format: 1, answers },
    notes: notes.length === 0 ? [] : [`Left out of this file for its size: ${notes.join(', ')}. \`scale dashboard\` shows them.`],
  };
  return { html: pageInOneFile(bundle, embedded), notes: embedded.notes };
}

const plural = (what: string): string =>
  what === 'matrix of queries' ? what : what === 'list of executions' ? 'lists of executions' : `${what}s`;
