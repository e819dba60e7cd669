import { defined } from '../domain/defined.ts';
import { buildSweepReport } from '../domain/sweep-report/build-sweep-report.ts';
import type { ControlClient } from '../shared/control-client/control-client.ts';
import type { Timing } from '../shared/lifecycle/timing.ts';
import { readSweep } from '../shared/runs/read-sweep.ts';
import { version } from '../shared/telemetry/version.ts';
import { AnswerError, notFound } from './answer-error.ts';
import { type ComparedRun, compareAnswer } from './answers/compare-answer.ts';
import { executionsAnswer } from './answers/executions-answer.ts';
import { matrixAnswer } from './answers/matrix-answer.ts';
import { executionRowsAnswer, roundAnswer } from './answers/round-answer.ts';
import { limitsShown, reportShown } from './answers/run-answer.ts';
import { sweepAnswer } from './answers/sweep-answers.ts';
import { timelineAnswer } from './answers/timeline-answer.ts';
import { whyAnswer } from './answers/why-answer.ts';
import { workersAnswer } from './answers/workers-answer.ts';
import type { RunAnswer } from './api/run-answer.ts';
import type { RunsAnswer } from './api/run-row.ts';
import type { SessionAnswer } from './api/session-answer.ts';
import type { SweepReportAnswer, SweepsAnswer } from './api/sweep-answers.ts';
import type { ClusterLink } from './cluster-link.ts';
import type { Visitor } from './http/access.ts';
import { type Body, json } from './http/send.ts';
import { createKeptTexts } from './kept-texts.ts';
import type { ClusterRows } from './runs/cluster-rows.ts';
import type { FoldedRun } from './runs/folded-run.ts';
import type { RunFolds } from './runs/run-folds.ts';

export interface AnswerSources {
  readonly link: ClusterLink;
  readonly rows: ClusterRows;
  readonly folds: RunFolds;
  readonly timing: Timing;
}

export interface Asked {
  readonly visitor: Visitor;
  /** Of the path, decoded: what stands in place of each ":name". */
  readonly words: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
}

export type Answering = (asked: Asked) => Promise<Body>;

const mostRows = 1_000;

/** What is answered to who may look, by path. */
export function createRoutes({ link, rows, folds, timing }: AnswerSources): Readonly<Record<string, Answering>> {
  const kept = createKeptTexts();
  const open = ({ words, signal }: Asked): Promise<FoldedRun> => folds.open(words.run ?? '', signal);
  /** The text of what is asked for again and again, as long as the run is the same. */
  const textOf = (run: FoldedRun, of: string, make: () => unknown): string =>
    kept.get(`${run.runId} ${of}`, run.revision, () => {
      const beganMs = timing.monotonicMs();
      const text = JSON.stringify(make()) ?? 'null';
      folds.noteCost(run.runId, timing.monotonicMs() - beganMs);
      return text;
    });
  const sided = async (wanted: string | null, name: string, signal: AbortSignal): Promise<ComparedRun> => {
    const [, runId = '', round] = /^(.+?)(?::(\d+))?$/.exec(wanted ?? '') ?? [];
    if (runId === '')
      throw new AnswerError('bad-input', 400, `name both sides: ?a=RUN[:ROUND]&b=RUN[:ROUND], where ${name} is missing`);
    return { run: await folds.open(runId, signal), round: round === undefined ? undefined : Number(round) };
  };
  const summaryOf = async (client: ControlClient, sweepId: string, signal: AbortSignal) => {
    const { summary, cells } = await client.getSweep(sweepId, signal);
    if (summary === undefined) throw notFound(`there is no sweep ${sweepId}`);
    return { summary, cells };
  };

  return {
    '/api/runs': async ({ signal }) => {
      const { runs } = await rows.read(signal);
      return json({ runs } satisfies RunsAnswer);
    },
    '/api/sweeps': async ({ signal }) => {
      const { sweeps } = await rows.read(signal);
      return json({ sweeps } satisfies SweepsAnswer);
    },
    '/api/workers': async ({ signal }) =>
      json(workersAnswer(link.isEmpty ? { workers: [], settled: true } : await link.client().listWorkers(signal))),
    '/api/runs/:run': async (asked) => {
      const run = await open(asked);
      const report = run.record.events.length === 0 ? undefined : textOf(run, 'report', () => reportShown(run));
      const { row, revision, step } = run;
      const rest = { row, revision, limits: limitsShown(run), ...defined({ step }) } satisfies RunAnswer;
      const text = JSON.stringify(rest);
      return { type: jsonType, text: report === undefined ? text : `${text.slice(0, -1)},"report":${report}}` };
    },
    '/api/runs/:run/rounds/:round': async (asked) => json(roundAnswer(await open(asked), numberIn(asked.words.round, 'round'))),
    '/api/runs/:run/rounds/:round/executions': async (asked) => {
      const { query, words } = asked;
      const page = {
        offset: numberIn(query.get('offset') ?? '0', 'offset'),
        limit: Math.min(mostRows, numberIn(query.get('limit') ?? '100', 'limit')),
      };
      return json(executionRowsAnswer(await open(asked), numberIn(words.round, 'round'), page));
    },
    '/api/runs/:run/executions': async (asked) => {
      const { query, signal } = asked;
      const wanted = query.get('query');
      if (wanted === null) throw new AnswerError('bad-input', 400, 'name the round and the query: ?round=N&query=ID');
      const round = numberIn(query.get('round') ?? undefined, 'round');
      return json(await executionsAnswer(link.client(), await open(asked), { round, query: wanted }, signal));
    },
    '/api/runs/:run/matrix': async (asked) => {
      const run = await open(asked);
      return { type: jsonType, text: textOf(run, 'matrix', () => matrixAnswer(run)), tag: `${run.runId}-${run.revision}` };
    },
    '/api/runs/:run/why': async ({ words, signal }) => {
      const client = link.client();
      const [{ runs }, seen] = await Promise.all([rows.read(signal), client.diagnose(signal)]);
      const row = runs.find(({ runId }) => runId === words.run);
      if (row === undefined) throw notFound(`there is no run ${words.run}`);
      return json(whyAnswer(row, seen));
    },
    '/api/runs/:run/timeline': async (asked) => {
      const round = asked.query.get('round');
      const wanted = round === null ? undefined : numberIn(round, 'round');
      return json(await timelineAnswer(link.client(), await open(asked), wanted, asked.signal));
    },
    '/api/sweeps/:sweep': async ({ words, signal }) => {
      const { summary, cells } = await summaryOf(link.client(), words.sweep ?? '', signal);
      const { runs } = await rows.read(signal);
      return json(sweepAnswer(summary, cells, runs));
    },
    '/api/sweeps/:sweep/report': async ({ words, signal }) => {
      const { facts, cells } = await readSweep({ client: link.client() }, words.sweep ?? '', signal);
      return json({ report: buildSweepReport(facts, cells) } satisfies SweepReportAnswer);
    },
    '/api/compare': async ({ query, signal }) => {
      const [a, b] = [await sided(query.get('a'), 'a', signal), await sided(query.get('b'), 'b', signal)];
      return json(await compareAnswer(link.client(), [a, b], signal));
    },
  };
}

const jsonType = 'application/json; charset=utf-8';

export async function sessionAnswer(
  link: ClusterLink,
  { role, isSignedIn }: Pick<Visitor, 'role' | 'isSignedIn'>,
  signIn: 'link' | 'token',
  signal: AbortSignal,
): Promise<SessionAnswer> {
  const said = role === 'none' ? {} : await coordinatorSays(link, signal);
  const kind = link.kind === 'server' ? 'server' : 'machine';
  return { format: 1, version, cluster: { name: link.name, kind, ...said }, role, signIn, isSignedIn };
}

async function coordinatorSays(link: ClusterLink, signal: AbortSignal): Promise<{ version?: string; trouble?: string }> {
  if (link.isEmpty) return {};
  try {
    const { version: coordinator, trouble } = await link.client().diagnose(signal);
    return { version: coordinator, ...(trouble !== '' && { trouble }) };
  } catch (error) {
    return { trouble: error instanceof Error ? error.message : String(error) };
  }
}

function numberIn(text: string | undefined, name: string): number {
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text);
  throw new AnswerError('bad-input', 400, `${name} must be a whole number, such as 1`);
}
