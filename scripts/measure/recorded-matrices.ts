import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { RoutedWorkflow, RoutingMatrix, Trial } from '../../services/domain/routing/routing-matrix.ts';

/** A recorded search as a matrix to route on; costs are dollars, the mean of the run that an execution was in. */
export interface RecordedMatrix {
  readonly benchmark: string;
  readonly search: string;
  readonly matrix: RoutingMatrix;
}

interface RecordedRun {
  readonly round: number;
  readonly search?: number;
  readonly total_cost_usd?: number;
  readonly total_cost?: number;
  readonly scores: readonly (number | null)[];
}

/** @param data the folder with `recorded` and `benchmarks` */
export async function recordedMatrices(data: string): Promise<RecordedMatrix[]> {
  const withAnswers = await Promise.all(['GSM8K', 'DROP', 'HumanEval'].map((name) => searchWithAnswers(data, name)));
  const ofForks = await Promise.all(['MATH', 'MBPP'].map((name) => searchesOfForks(data, name)));
  return [...withAnswers, ...ofForks.flat()];
}

async function searchWithAnswers(data: string, benchmark: string): Promise<RecordedMatrix> {
  const place = (what: string): string => join(data, 'recorded', `${benchmark}.validate.${what}.gz`);
  const { queries, runs } = JSON.parse(await unzipped(place('matrix.json'))) as {
    readonly queries: readonly { readonly split_index: number; readonly id: string | number }[];
    readonly runs: readonly RecordedRun[];
  };
  const texts = await textsOf(data, benchmark);
  const answers = new Map<string, string>();
  for (const line of (await unzipped(place('answers.jsonl'))).split('\n')) {
    if (line === '') continue;
    const { run, q, prediction } = JSON.parse(line) as { run: number; q: number; prediction: unknown };
    answers.set(`${run}/${q}`, String(prediction ?? ''));
  }
  const recorded = runs.map((run, index) => ({ run, answer: (query: number) => answers.get(`${index}/${query}`) }));
  const known = queries.map(({ split_index: index, id }) => ({ id: String(id), text: texts[index] ?? '' }));
  return { benchmark, search: 'AFlow', matrix: { queries: known, workflows: workflowsOf(recorded, known.length) } };
}

async function searchesOfForks(data: string, benchmark: string): Promise<RecordedMatrix[]> {
  const file = await readFile(join(data, 'recorded', 'forks', `${benchmark}.matrix.json`), 'utf8');
  const { runs } = JSON.parse(file) as { readonly runs: readonly RecordedRun[] };
  const queries = (await textsOf(data, benchmark)).map((text, index) => ({ id: `${benchmark}-${index}`, text }));
  const bySearch = [...Map.groupBy(runs, ({ search }) => search)].sort(([a = 0], [b = 0]) => a - b);
  return bySearch.map(([search, some]) => {
    const workflows = workflowsOf(
      some.map((run) => ({ run, answer: () => undefined })),
      queries.length,
    );
    return { benchmark, search: `fork ${search}`, matrix: { queries, workflows } };
  });
}

interface Recorded {
  readonly run: RecordedRun;
  readonly answer: (query: number) => string | undefined;
}

/** Runs of one round are executions of one workflow. */
function workflowsOf(recorded: readonly Recorded[], queryCount: number): RoutedWorkflow[] {
  return [...Map.groupBy(recorded, ({ run }) => run.round)]
    .sort(([a], [b]) => a - b)
    .map(([round, some]) => ({
      ...{ name: `round ${round}`, hash: `round-${round}` },
      trials: Array.from({ length: queryCount }, (_, query) =>
        some.map(({ run, answer }): Trial => {
          const text = answer(query);
          const cost = (run.total_cost_usd ?? run.total_cost ?? 0) / queryCount;
          return { score: run.scores[query] ?? 0, cost, ...(text !== undefined && { answer: text }) };
        }),
      ),
    }));
}

const textFields: Readonly<Record<string, string>> = { DROP: 'context', GSM8K: 'question', MATH: 'problem' };

async function textsOf(data: string, benchmark: string): Promise<string[]> {
  const file = join(data, 'benchmarks', `${benchmark.toLowerCase()}_validate.jsonl`);
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const read = JSON.parse(line) as Record<string, unknown>;
    return String(read[textFields[benchmark] ?? 'prompt'] ?? '');
  });
}

async function unzipped(file: string): Promise<string> {
  return gunzipSync(await readFile(file)).toString('utf8');
}
