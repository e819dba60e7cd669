import { ask } from '../../services/dashboard/addresses.ts';
import type { CompareAnswer } from '../../services/dashboard/api/compare-answer.ts';
import type { ExecutionRowsAnswer, ExecutionsAnswer, MatrixAnswer } from '../../services/dashboard/api/execution-answers.ts';
import type { RoundAnswer } from '../../services/dashboard/api/round-answer.ts';
import type { RunAnswer } from '../../services/dashboard/api/run-answer.ts';
import type { RunRow } from '../../services/dashboard/api/run-row.ts';
import type { SessionAnswer } from '../../services/dashboard/api/session-answer.ts';
import type { SweepAnswer, SweepCell, SweepRow } from '../../services/dashboard/api/sweep-answers.ts';
import type { TimelineAnswer } from '../../services/dashboard/api/timeline-answer.ts';
import type { WhyAnswer } from '../../services/dashboard/api/why-answer.ts';
import type { WorkersAnswer } from '../../services/dashboard/api/workers-answer.ts';
import type { WorkflowGraph, WorkflowShown } from '../../services/dashboard/api/workflow-shown.ts';
import { compareEvaluations } from '../../services/domain/comparison/compare-evaluations.ts';
import { randomStream } from '../../services/domain/random.ts';
import type { ReportModel, RoundReport } from '../../services/domain/report/report-model.ts';
import type { SweepReport } from '../../services/domain/sweep-report/sweep-report-model.ts';
import { quickRandom } from './quick-random.ts';

/** Answers of the dashboard's server that nobody measured, by their addresses. */
export type Answers = Map<string, unknown>;

export interface MadeUp {
  readonly report: ReportModel;
  /** The run goes on: its row, its step and its state say so. */
  readonly isLive?: boolean;
  /** In place of every text that a model or a user may have written. */
  readonly text?: string;
  readonly cells?: number;
  /** False for runs of many executions, of which only the rows are wanted. */
  readonly withTranscripts?: boolean;
}

const now = Date.now();
export const runId = 'made-up-1';
export const sweepId = 'sweep-1';
export const otherRunId = 'made-up-2';

export function madeUpAnswers({ report, isLive = false, text, cells = 50, withTranscripts = true }: MadeUp): Answers {
  const said = (otherwise: string) => text ?? otherwise;
  const { matrix, ...rest } = report;
  const row = rowOf(report, isLive, said);
  const queries = matrix.queries.toSorted((one, other) => one.index - other.index);
  const place = new Map(matrix.queries.map(({ index }, at) => [index, at]));
  const answers: Answers = new Map();
  const put = <Answer>(asked: { readonly address: string; readonly answer?: Answer }, answer: Answer) =>
    answers.set(asked.address, answer);
  const session: SessionAnswer = {
    ...{ format: 1, version: '0.1.0', role: 'run', signIn: 'token', isSignedIn: true },
    cluster: { name: '/home/mara/searches', kind: 'machine', version: '0.1.0' },
  };
  put(ask.session(), session);
  const others = Array.from({ length: 8 }, (_, index) => otherRow(row, index));
  put(ask.runs(), { runs: [row, ...others] });
  const run: RunAnswer = {
    ...{ row, revision: '1', report: said('') === '' ? rest : hostileReport(rest, said('')) },
    limits: [{ of: 'tokens', text: '101 k of 500 k' }],
    ...(isLive && {
      step: {
        round: 5,
        phase: 'few-shot',
        done: 12,
        total: 40,
        ahead: [{ round: 6, phase: 'propose', done: 0, total: 1 }],
        trouble: '',
      },
    }),
  };
  put(ask.run(runId), run);
  const matrixAnswer: MatrixAnswer = {
    ...{ runId, revision: '1' },
    queries: { ids: queries.map(({ id }) => id), questions: queries.map(({ question }) => said(question)) },
    rows: matrix.rows.map(({ round, cells: scores }) => ({
      round,
      cells: queries.map(({ index }) => scores[place.get(index) ?? -1] ?? null),
    })),
  };
  put(ask.matrix(runId), matrixAnswer);
  for (const round of report.rounds) {
    put(ask.round(runId, round.round), roundAnswer(round, report, said));
    const rowsAnswer = executionRows(round.round, matrixAnswer, said);
    put(ask.executionRows(runId, round.round), rowsAnswer);
    for (const { queryId } of withTranscripts ? rowsAnswer.rows : []) {
      put(ask.executions(runId, round.round, queryId), executions(round.round, queryId, matrixAnswer, said));
    }
    put(ask.timeline(runId, round.round), timeline(round.round, rowsAnswer, said));
  }
  put(ask.timeline(runId), timeline(1, executionRows(1, matrixAnswer, said), said));
  const why: WhyAnswer = {
    ...{ runId, state: row.state, sentence: isLive ? 'It moves, but slowly: one of two executors is not heard.' : 'It is over.' },
    findings: isLive
      ? [
          {
            level: 'stops',
            subject: 'Endpoint http://127.0.0.1:8000/v1',
            text: said('refuses connections'),
            remedy: 'start the model server',
          },
          { level: 'slows', subject: 'Executors', text: said('1 of 2 is heard'), remedy: 'see its log' },
          { level: 'fine', subject: 'Coordinator', text: 'answers within 3 ms' },
        ]
      : [],
  };
  put(ask.why(runId), why);
  const sweep = sweepAnswer(cells, isLive, said);
  put(ask.sweeps(), { sweeps: [sweep.row] });
  put(ask.sweep(sweepId), sweep);
  put(ask.sweepReport(sweepId), { report: sweepReport(said) });
  put(ask.workers(), workers(said));
  const rounds = matrixAnswer.rows.filter(({ cells: scores }) => scores.some((score) => score !== null));
  const [first, last] = [rounds[0]?.round ?? 1, rounds.at(-1)?.round ?? 1];
  put(ask.compare(`${runId}:${first}`, `${runId}:${last}`), compareAnswer(first, last, matrixAnswer, said));
  return answers;
}

/** The rounds that madeUpAnswers compares. */
export function comparedRounds(answers: Answers): { readonly a: string; readonly b: string } {
  const address = [...answers.keys()].find((each) => each.startsWith('/api/compare')) ?? '';
  const { searchParams } = new URL(address, 'http://page.invalid');
  return { a: searchParams.get('a') ?? '', b: searchParams.get('b') ?? '' };
}

type Said = (otherwise: string) => string;

function rowOf({ run, best, ledger, rounds, verdict, simulated }: ReportModel, isLive: boolean, said: Said): RunRow {
  return {
    ...{ runId, name: said(run.name), benchmark: said(run.benchmark), simulated, state: isLive ? 'running' : 'completed' },
    ...{ roundsCompleted: rounds.length, maxRounds: Math.max(20, rounds.length), tokens: ledger.total.tokens },
    ...(best && { best: { round: best.round, score: best.score, ...(best.interval && { interval: best.interval }) } }),
    ...(verdict && { verdict }),
    saved: { share: ledger.saving.share, tokens: ledger.saving.saved },
    ...(isLive ? { leftMs: 190_000 } : { endedAtMs: now - 3_000_000 }),
    ...{ createdAtMs: now - 3_600_000, labels: [said('nightly')], team: 'search', startedBy: said('mara') },
  };
}

function otherRow(row: RunRow, index: number): RunRow {
  const states = ['completed', 'failed', 'paused', 'cancelled', 'interrupted', 'completed', 'completed', 'running'] as const;
  const state = states[index] ?? 'completed';
  const name = ['gsm8k-full', 'hotpotqa', 'math-level-5', 'humaneval', 'mbpp', 'drop', 'tickets', 'own-data'][index] ?? 'other';
  const { verdict: _verdict, best: _best, team: _team, leftMs: _left, endedAtMs: _ended, ...rest } = row;
  return {
    ...{ ...rest, runId: index === 0 ? otherRunId : `made-up-${index + 2}`, name, benchmark: name, state, simulated: false },
    ...{ labels: [], createdAtMs: row.createdAtMs - (index + 1) * 5_400_000, roundsCompleted: 4 + index * 2 },
    tokens: 48_000 * (index + 1) ** 2,
    ...(state !== 'failed' && {
      best: { round: 3, score: 0.71 + index * 0.02, ...(index % 2 === 0 && { interval: { low: 0.66, high: 0.78 } }) },
    }),
    ...(index % 3 === 0 && { money: { amount: 1.4 * (index + 1), currency: 'USD' } }),
    ...(state === 'running' ? { leftMs: 5_400_000 } : {}),
    ...(['completed', 'failed', 'cancelled'].includes(state) && { endedAtMs: row.createdAtMs }),
    ...(state === 'interrupted' && {
      waiting: {
        kind: 'workers',
        what: 'no executor is heard',
        until: 'one is started',
        sinceMs: now - 60_000,
        waitedMs: 60_000,
      },
    }),
  };
}

function hostileReport(report: Omit<ReportModel, 'matrix'>, text: string): Omit<ReportModel, 'matrix'> {
  return {
    ...report,
    run: { ...report.run, name: text, benchmark: text, executor: text, optimizer: text },
    remarks: [text],
    rounds: report.rounds.map((round) => ({ ...round, modification: text, ...(round.failure && { failure: text }) })),
  };
}

const source = (solve: string) => `workflow: 1
name: drafts
prompts:
  solve: |
${solve
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
steps:
  - id: drafts
    parallel: 3
    steps:
      - id: draft
        call: custom
        with:
          input: "{{ query.question }}"
          instruction: solve
  - id: chosen
    call: ensemble
    with:
      solutions: "{{ drafts }}"
  - return: "{{ chosen.response }}"
`;

function workflowShown(said: Said, round: number): WorkflowShown {
  const graph: WorkflowGraph = {
    nodes: [
      { id: 'start', kind: 'start', label: 'query' },
      {
        id: 'draft',
        kind: 'call',
        label: 'draft',
        operator: 'custom',
        detail: said('Solve the problem step by step'),
        frame: 'drafts',
      },
      { id: 'check', kind: 'question', label: 'if', detail: 'size(drafts) > 2' },
      { id: 'chosen', kind: 'call', label: 'chosen', operator: 'ensemble', detail: 'solutions: {{ drafts }}' },
      { id: 'first', kind: 'set', label: 'first', detail: '{{ drafts[0] }}' },
      { id: 'again', kind: 'loop', label: 'while size(first) > 9, at most 2 times' },
      { id: 'shorter', kind: 'call', label: 'shorter', operator: 'custom', detail: 'input: {{ first }}', frame: 'loop' },
      { id: 'end', kind: 'return', label: 'return {{ chosen.response }}' },
    ],
    edges: [
      { from: 'start', to: 'draft' },
      { from: 'draft', to: 'check' },
      { from: 'check', to: 'chosen', label: 'yes' },
      { from: 'check', to: 'first', label: 'no' },
      { from: 'first', to: 'again' },
      { from: 'chosen', to: 'again' },
      { from: 'again', to: 'shorter', label: 'yes' },
      { from: 'shorter', to: 'again' },
      { from: 'again', to: 'end', label: 'no' },
    ],
    frames: [
      { id: 'drafts', label: 'drafts = 3 times at once' },
      { id: 'loop', label: 'at most 2 times' },
    ],
  };
  return { hash: `hash-${round}`, source: source(said('Solve the problem step by step.')), graph };
}

function roundAnswer(round: RoundReport, { rounds, best }: ReportModel, said: Said): RoundAnswer {
  const number = round.round;
  const has = (wanted: number) => rounds.some((each) => each.round === wanted);
  const scored = rounds.filter((each) => each.score !== undefined && each.round < number);
  return {
    ...{ runId, revision: '1', isBest: best?.round === number, executions: round.executions },
    round: { ...round, modification: said(round.modification), ...(round.failure && { failure: said(round.failure) }) },
    ...(has(number - 1) && { previous: number - 1 }),
    ...(has(number + 1) && { next: number + 1 }),
    ...(round.workflow && { workflow: workflowShown(said, number) }),
    ...(round.parentRound > 0 && {
      difference: [
        { kind: 'same', before: 3, after: 3, text: 'prompts:' },
        { kind: 'same', before: 4, after: 4, text: '  solve: |' },
        { kind: 'removed', before: 5, text: said('    Solve the problem.') },
        { kind: 'added', after: 5, text: said('    Solve the problem step by step and show your work.') },
        { kind: 'added', after: 6, text: said('    End with "Answer: " and the number alone.') },
        { kind: 'gap', lines: 14 },
        { kind: 'same', before: 20, after: 21, text: '  - return: "{{ chosen.response }}"' },
      ],
    }),
    candidates: scored
      .slice(-3)
      .map((each, at) => ({ round: each.round, score: each.score ?? 0, probability: [0.5, 0.3, 0.2][at] ?? 0 })),
    experience: scored.slice(-4).map((each) => ({
      ...{ round: each.round, modification: said(each.modification), score: each.score ?? 0 },
      parentScore: rounds.find(({ round: parent }) => parent === each.parentRound)?.score ?? 0,
    })),
    ...(round.score !== undefined && {
      evaluation: {
        ...{ method: round.method ?? 'full', score: round.score, executions: round.queries.scored },
        ...(round.predicted !== undefined && { predicted: round.predicted }),
        ...(round.fewShot !== undefined && { fewShot: round.fewShot }),
        ...(round.alpha !== undefined && { alpha: round.alpha }),
      },
    }),
    predictions:
      round.predicted === undefined ? [] : [{ turn: 1, score: round.predicted, reason: said('It reads the question twice.') }],
    proposals: number === 1 ? [] : [{ turn: 1, modification: said(round.modification), reply: said('<graph>…</graph>') }],
    children: rounds.filter(({ parentRound }) => parentRound === number).map((each) => each.round),
  };
}

function executionRows(round: number, matrix: MatrixAnswer, said: Said): ExecutionRowsAnswer {
  const cells = matrix.rows.find((row) => row.round === round)?.cells ?? [];
  const rows = cells.flatMap((cell, queryIndex) =>
    cell === null
      ? []
      : [
          {
            ...{ queryIndex, queryId: matrix.queries.ids[queryIndex] ?? '', repeat: 0, tokens: 320 + queryIndex },
            score: typeof cell === 'string' ? 0 : cell,
            answer: said(`Greta has 24 shells and gets 25 more, so 49. Answer: ${queryIndex}`),
            ...(cell === 'failed' && { failure: { kind: 'cut-off', message: said('the answer was cut off at 2048 tokens') } }),
            ...(cell === 0 && { feedback: said('no answer was found in it') }),
          },
        ],
  );
  return {
    runId,
    round,
    total: rows.length,
    offset: 0,
    rows: rows.sort((one, other) => one.score - other.score).slice(0, 1_000),
  };
}

function executions(round: number, queryId: string, matrix: MatrixAnswer, said: Said): ExecutionsAnswer {
  const index = matrix.queries.ids.indexOf(queryId);
  const score = matrix.rows.find((row) => row.round === round)?.cells[index] ?? null;
  const call = (callId: string, content: string, reply: string) => ({
    ...{ callId, model: said('qwen-plus'), reply, reasoning: said('24 and 25 make 49.'), samples: [], finishReason: 'stop' },
    messages: [
      { role: 'system' as const, content: said('You solve problems.') },
      { role: 'user' as const, content },
    ],
    ...{
      promptTokens: 312,
      completionTokens: 96,
      latencyMs: 1_240,
      firstTokenMs: 210,
      attempts: 1,
      fromCache: false,
      simulated: true,
    },
    endpoint: 'http://127.0.0.1:8000/v1',
  });
  const fields = { question: said('Greta has 24 shells and is given 25 more. How many shells does she have?') };
  return {
    ...{ runId, round, query: { index, id: queryId, fields, reference: '49' } },
    executions: [
      {
        ...{ queryId, repeat: 0, fields, reference: '49', scorer: 'gsm8k-aflow', otherScores: { 'gsm8k-strict': 0 } },
        calls: [
          call(
            'drafts[0].draft/0',
            said('Solve the problem step by step.\n\nGreta has 24 shells …'),
            said('24 + 25 = 49.\n\nAnswer: 49'),
          ),
          call('chosen/0', said('Choose the best of these answers.'), said('Answer: 49')),
        ],
        programs: [{ program: said('print(24 + 25)'), verdict: 'passed', output: said('49\n'), error: '', result: said('49') }],
        scoring: [],
        ...{ answer: said('Answer: 49'), extracted: said('49'), feedback: said(score === 1 ? '' : 'no answer was found in it') },
        ...{ score: typeof score === 'number' ? score : 0, elapsedMs: 2_480, worker: said('executor-1') },
        ...(score === 'failed' && { failure: { kind: 'cut-off', message: said('cut off at 2048 tokens'), step: 'chosen' } }),
      },
    ],
    others: matrix.rows
      .map(({ round: other, cells }) => ({ round: other, score: cells[index] ?? null }))
      .filter((each) => each.score !== null),
  };
}

function timeline(round: number, { rows }: ExecutionRowsAnswer, said: Said): TimelineAnswer {
  const random = quickRandom(round);
  const ends = Array.from({ length: 8 }, () => now - 3_500_000);
  const spans = rows.map(({ queryId, score, failure }) => {
    const slot = ends.indexOf(Math.min(...ends));
    const beganMs = ends[slot] ?? now;
    const endedMs = beganMs + 400 + random() * 1_800;
    ends[slot] = endedMs + 20;
    return {
      queryId,
      repeat: 0,
      worker: slot % 2,
      endpoints: [slot % 3 === 0 ? 1 : 0],
      beganMs,
      endedMs,
      calls: 2,
      score,
      failed: failure !== undefined,
    };
  });
  return {
    ...{
      runId,
      round,
      workers: [said('executor-1'), 'executor-2'],
      endpoints: ['http://127.0.0.1:8000/v1', 'http://127.0.0.1:8001/v1'],
    },
    ...{ spans: spans.sort((one, other) => one.beganMs - other.beganMs), left: 0 },
    note: 'A span goes from the last attempt of a worker to its result; how long a job waited before that is not on record.',
  };
}

function sweepAnswer(count: number, isLive: boolean, said: Said): SweepAnswer {
  const methods = ['full', 'few-shot', 'predicted', 'scale', 'rasch'];
  const cells: SweepCell[] = Array.from({ length: count }, (_, index) => {
    const state =
      isLive && index >= count - 6 ? (index % 2 === 0 ? 'running' : 'waiting') : index % 17 === 16 ? 'failed' : 'completed';
    return {
      labels: {
        'evaluation.method': said(methods[index % methods.length] ?? ''),
        'search.max_rounds': String(5 + (index % 4) * 5),
        seed: String(1 + Math.floor(index / methods.length)),
      },
      ...{ state, leftOut: false },
      ...(state !== 'waiting' && {
        runId: index === 0 ? runId : `cell-${index}`,
        round: state === 'running' ? 3 : 10,
        maxRounds: 10,
      }),
      ...(state === 'completed' && { score: 0.7 + ((index * 37) % 23) / 100, tokens: 60_000 + ((index * 7_919) % 90_000) }),
      ...(state === 'completed' && { startedAtMs: now - 4_000_000, endedAtMs: now - 4_000_000 + 30_000 + index * 900 }),
      ...(state === 'failed' && { why: said('the endpoint refused the key') }),
    };
  });
  const counted = (state: SweepCell['state']) => cells.filter((cell) => cell.state === state).length;
  const row: SweepRow = {
    ...{ sweepId, name: said('methods'), state: isLive ? 'running' : 'completed', isOver: !isLive, simulated: true },
    cells: {
      ...{ waiting: counted('waiting'), running: counted('running'), paused: 0, completed: counted('completed') },
      ...{ failed: counted('failed'), cancelled: 0 },
    },
    ...{
      tokens: 3_120_000,
      spentTokens: 3_180_000,
      createdAtMs: now - 4_200_000,
      ...(!isLive && { endedAtMs: now - 3_900_000 }),
    },
  };
  return { row, axes: ['evaluation.method', 'search.max_rounds', 'seed'], cells };
}

function sweepReport(said: Said): SweepReport {
  const cells = { cells: 10, ofCells: 10 };
  const score = { value: 0.82, low: 0.79, high: 0.85, cells: 10, queries: 60, ofQueries: 60, methods: ['full'] };
  return {
    ...{ format: 1, partial: false, simulated: true, cellsByStatus: { completed: 10 }, cells: [], repeated: [], failures: [] },
    sweep: { sweepId, name: said('methods'), status: 'completed', axes: [] },
    total: { tokens: 3_120_000, testTokens: 0, cellsWithoutMoney: 0, wallMs: 90_000 },
    groups: ['full', 'predicted'].map((method) => ({
      ...{ ...cells, values: { 'evaluation.method': said(method) }, seeds: ['1', '2'], score, tokens: { value: 62_400 } },
    })),
    comparisons: [
      {
        ...{ axis: 'evaluation.method', a: 'full', b: said('predicted'), basis: 'search', pairs: 10, ofPairs: 10 },
        ...{ difference: { value: -0.02, low: -0.05, high: 0.01 }, adjustedPValue: 0.21, verdict: 'undecided' },
      },
    ],
    remarks: [said('A simulated model answered.')],
  };
}

function workers(said: Said): WorkersAnswer {
  const endpoints = [{ url: 'http://127.0.0.1:8000/v1', state: 'open', inFlight: 6, detail: said('') }];
  return {
    settled: true,
    workers: [1, 2].map((number) => ({
      ...{ name: `executor-${number}`, role: 'executor', kinds: ['execute'], version: '0.1.0', slots: 8, endpoints },
      ...(number === 2 && { trouble: said('the endpoint is slow') }),
      runs: [{ runId, inFlight: 5, heldUp: number - 1, trouble: '' }],
    })),
  };
}

function compareAnswer(first: number, last: number, matrix: MatrixAnswer, said: Said): CompareAnswer {
  const scored = (round: number) =>
    (matrix.rows.find((row) => row.round === round)?.cells ?? []).flatMap((cell, index) => {
      const queryId = matrix.queries.ids[index] ?? '';
      return typeof cell === 'number'
        ? [{ queryId, repeat: 0, score: cell, answer: said(`Answer: ${index}`), reference: '49' }]
        : [];
    });
  const comparison = compareEvaluations(scored(first), scored(last), randomStream(1, 'compare'));
  const side = (round: number) => ({
    ...{
      runId,
      round,
      label: said(`made-up-1, round ${round}`),
      simulated: true,
      executions: comparison.queries,
      tokens: 180 + round,
    },
    ...{ remarks: [], workflow: workflowShown(said, round) },
  });
  return {
    ...{
      a: side(first),
      b: side(last),
      comparison: { ...comparison, changes: comparison.changes.slice(0, 500) },
      moreChanges: 0,
    },
    sentence: 'B cannot be told apart from A on the queries that both executed.',
    difference: [
      { kind: 'same', before: 1, after: 1, text: 'workflow: 1' },
      { kind: 'removed', before: 2, text: said('name: single-call') },
      { kind: 'added', after: 2, text: said('name: drafts') },
      { kind: 'gap', lines: 9 },
    ],
  };
}
