// What several rounds at once cost, on simulated searches: `node scripts/measure/parallelism.ts` prints the tables of
// docs/parallelism.md, and with --write puts them there. A trial that its file has already is not made again.
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Benchmark } from '../../services/domain/benchmark.ts';
import { countRepetitions } from '../../services/domain/report/count-repetitions.ts';
import type { RunConfiguration } from '../../services/domain/run/configuration.ts';
import type { RunState } from '../../services/domain/run/state.ts';
import { mean } from '../../services/domain/statistics/intervals.ts';
import type { Workflow } from '../../services/domain/workflow/workflow.ts';
import { loadBenchmark } from '../../services/shared/benchmarks/load-benchmark.ts';
import { dataFolderOf } from '../../services/shared/config/data-folder.ts';
import { completeRunFile } from '../../services/shared/config/run-file.ts';
import { RunFileError } from '../../services/shared/config/run-file-error.ts';
import { settingsOf } from '../../services/shared/config/run-file-schema.ts';
import { createLazySandbox } from '../../services/shared/sandbox/lazy-sandbox.ts';
import { learnBenchmarks } from '../../services/simulator/learn-benchmarks.ts';
import { buildQueryIndex } from '../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../services/simulator/simulated-model.ts';
import { type InProcessWorld, rememberingRunner, scoresInProcess, searchInProcess } from '../in-process-search.ts';
import { parallelismTables, type Trial, withMeasuredTables } from './parallelism-tables.ts';

const { values } = parseArgs({
  options: {
    benchmarks: { type: 'string', default: 'gsm8k,mbpp' },
    seeds: { type: 'string', default: '10' },
    parallelism: { type: 'string', default: '1,2,4,8' },
    parents: { type: 'string', default: 'drawn' },
    trials: { type: 'string', default: '.scale/parallelism/trials.jsonl' },
    write: { type: 'boolean', default: false },
  },
});
/** A workflow this far below the best score on arrival is not the best one, and its execution on all queries is spared. */
const hopelessBelow = 0.15;
const page = join(import.meta.dirname, '../../docs/parallelism.md');
const folder = dataFolderOf();

const trials = await readTrials(values.trials);
const sandbox = createLazySandbox({ environment: process.env });
try {
  const { known } = await learnBenchmarks(folder, join(dirname(folder), 'recorded'));
  const world = { model: createSimulatedModel(buildQueryIndex(known), 1), code: rememberingRunner(sandbox) };
  const truthOf = createTruths(world);
  await mkdir(dirname(values.trials), { recursive: true });
  for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
    for (const benchmark of values.benchmarks.split(',')) {
      const test = await loadBenchmark({ name: benchmark, split: 'test', folder });
      for (const parents of values.parents.split(',')) {
        for (const parallelism of values.parallelism.split(',').map(Number)) {
          const choice = { benchmark, seed, parents, parallelism };
          if (trials.some((trial) => Object.entries(choice).every(([name, value]) => trial[name as keyof Trial] === value)))
            continue;
          const { configuration, benchmark: validate } = await runFileOf(choice);
          const state = await searchInProcess(world, configuration, validate);
          const regret = await regretOf(state, (workflow) => truthOf(configuration, validate, workflow));
          const testScores = await scoresInProcess(world, configuration, test, pickedWorkflow(state));
          const trial: Trial = { ...choice, testScores, regret, ...countRepetitions(state) };
          trials.push(trial);
          await appendFile(values.trials, `${JSON.stringify(trial)}\n`);
          console.error(`${benchmark}, seed ${seed}, ${parents}, P = ${parallelism}: test score ${mean(testScores).toFixed(4)}`);
        }
      }
    }
  }
} finally {
  await sandbox.close();
}
const tables = parallelismTables(trials);
console.log(tables);
if (values.write) await writeFile(page, withMeasuredTables(await readFile(page, 'utf8'), tables));

async function readTrials(file: string): Promise<Trial[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Trial);
}

/** The default search, but for what is tried. */
function runFileOf({ benchmark, seed, parents, parallelism }: Pick<Trial, 'benchmark' | 'seed' | 'parents' | 'parallelism'>) {
  const written = { benchmark: { name: benchmark, folder }, seed, search: { parents, parallelism } };
  const error = (field: string, message: string, cause?: unknown) =>
    new RunFileError({ file: 'measure-parallelism', field }, message, { cause });
  return completeRunFile({ settings: settingsOf(written), written, earlier: [], error }, '', benchmark);
}

type TruthOf = (configuration: RunConfiguration, benchmark: Benchmark, workflow: Workflow) => Promise<number>;

/** Mean scores on a whole split, all with one seed, so that a workflow that several searches found is executed once. */
function createTruths(world: InProcessWorld): TruthOf {
  const truths = new Map<string, Promise<number>>();
  return (configuration, benchmark, workflow) => {
    const key = JSON.stringify([benchmark.name, workflow.steps, workflow.prompts]);
    const known = truths.get(key) ?? scoresInProcess(world, { ...configuration, seed: 0 }, benchmark, workflow).then(mean);
    truths.set(key, known);
    return known;
  };
}

async function regretOf(state: RunState, truthOf: (workflow: Workflow) => Promise<number>): Promise<number> {
  const highest = Math.max(...state.rounds.map(({ evaluation }) => evaluation?.score ?? 0));
  const picked = await truthOf(pickedWorkflow(state));
  let best = picked;
  for (const { evaluation, workflow } of state.rounds)
    if (workflow !== undefined && (evaluation?.score ?? 0) >= highest - hopelessBelow)
      best = Math.max(best, await truthOf(workflow));
  return 100 * (best - picked);
}

function pickedWorkflow({ rounds, bestRound = 0 }: RunState): Workflow {
  const workflow = rounds[bestRound - 1]?.workflow;
  if (workflow === undefined) throw new RangeError('the search has named no workflow');
  return workflow;
}
