// What the simulated optimizer's edits do to the cost of a workflow, from searches with it: writes
// services/domain/forecast/simulated-edits.ts, which `--dry-run` plays simulated runs by. Run it when the simulated model or its
// edits change: `SCALE_DATA=DIR node scripts/write-simulated-edits.ts`, minutes. Forecasts are measured on other seeds.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AnswerNature, answerNature, type EditRows } from '../services/domain/forecast/edit-effects.ts';
import { editsIn, type KnownEdit } from '../services/domain/forecast/learn-from-runs.ts';
import { mean } from '../services/domain/statistics/intervals.ts';
import { dataFolderOf } from '../services/shared/config/data-folder.ts';
import { completeRunFile, type RunFile } from '../services/shared/config/run-file.ts';
import { RunFileError } from '../services/shared/config/run-file-error.ts';
import { settingsOf } from '../services/shared/config/run-file-schema.ts';
import { createLazySandbox } from '../services/shared/sandbox/lazy-sandbox.ts';
import { learnBenchmarks } from '../services/simulator/learn-benchmarks.ts';
import { buildQueryIndex } from '../services/simulator/query-index.ts';
import { createSimulatedModel } from '../services/simulator/simulated-model.ts';
import { editTable } from './edit-table.ts';
import { rememberingRunner, searchInProcess } from './in-process-search.ts';

const { values } = parseArgs({
  options: { 'first-seed': { type: 'string', default: '201' }, seeds: { type: 'string', default: '9' } },
});

/** Executed in full, since other scores are too uncertain to say what an edit gains. */
const evaluation = { method: 'full' };
/**
 * Queries of each, those that its validation split has at most. The built-in sample is left out: it is nearly solved at the
 * start.
 */
const benchmarks = { gsm8k: 60, math: 60, drop: 60, hotpotqa: 60, mbpp: 60, humaneval: 33 };

const data = dataFolderOf();
const sandbox = createLazySandbox({ environment: process.env });
const [edits, starts] = [new Map<AnswerNature, KnownEdit[]>(), new Map<AnswerNature, number[]>()];
try {
  const { known } = await learnBenchmarks(data, join(dirname(data), 'recorded'));
  const world = { model: createSimulatedModel(buildQueryIndex(known), 1), code: rememberingRunner(sandbox) };
  for (const [name, limit] of Object.entries(benchmarks)) {
    for (let index = 0; index < Number(values.seeds); index += 1) {
      const { configuration, benchmark } = await fileOf(name, limit, Number(values['first-seed']) + index);
      const state = await searchInProcess(world, configuration, benchmark);
      const nature = answerNature(benchmark.operators);
      edits.set(nature, [...(edits.get(nature) ?? []), ...editsIn(state)]);
      starts.set(nature, [...(starts.get(nature) ?? []), state.rounds[0]?.evaluation?.score ?? 0]);
    }
  }
} finally {
  await sandbox.close();
}
const path = join(import.meta.dirname, '../services/domain/forecast/simulated-edits.ts');
writeFileSync(path, fileText());
execFileSync('npx', ['biome', 'format', '--write', path], { stdio: 'inherit' });

async function fileOf(benchmark: string, limit: number, seed: number): Promise<RunFile> {
  const written = { benchmark: { name: benchmark, folder: data, limit }, seed, evaluation };
  const error = (field: string, message: string, cause?: unknown) =>
    new RunFileError({ file: 'write-simulated-edits', field }, message, { cause });
  return await completeRunFile({ settings: settingsOf(written), written, earlier: [], error }, '', benchmark);
}

function fileText(): string {
  const count = [...edits.values()].reduce((sum, some) => sum + some.length, 0);
  const last = Number(values['first-seed']) + Number(values.seeds) - 1;
  const tables = [...edits].map(([nature, some]) => `${nature}: [${editTable(some).map(rowsText).join(',')}],`);
  const scores = [...starts].map(([nature, some]) => `${nature}: ${mean(some).toFixed(2)}`);
  return `// Written by scripts/write-simulated-edits.ts.
import { type AnswerNature, type EditRows, type EditsOf, editsOf } from './edit-effects.ts';

const many = Number.POSITIVE_INFINITY;

/**
 * Of the simulated optimizer: drawn evenly, by what they add, from
 * ${count} edits in searches with it, on ${Object.keys(benchmarks).length} benchmarks
 * with seeds from ${values['first-seed']} to ${last}, of workflows executed in full.
 */
const simulated: Readonly<Record<AnswerNature, readonly EditRows[]>> = {${tables.join('\n')}};

/** Of the initial workflows there, the mean score. */
const starts: Readonly<Record<AnswerNature, number>> = { ${scores.join(', ')} };

export function simulatedEdits(nature: AnswerNature): readonly EditsOf[] {
  return editsOf(simulated[nature]);
}

export function simulatedStart(nature: AnswerNature): number {
  return starts[nature];
}
`;
}

function rowsText({ mostCalls, mostReply, mostEdits, rows }: EditRows): string {
  const end = (value: number) => (value === Number.POSITIVE_INFINITY ? 'many' : String(value));
  const edits = mostEdits === undefined ? '' : `mostEdits: ${mostEdits}, `;
  return `{ mostCalls: ${end(mostCalls)}, mostReply: ${end(mostReply)}, ${edits}rows: [${rows.join(', ')}] }`;
}
