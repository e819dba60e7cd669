// What `search.objective: score` saves an answer, and what it costs in score, on simulated searches: the rule of before (the
// highest score, whatever it costs, on a sample without a floor) and the default, on the same seeds.
// `node scripts/measure/objective.ts` prints the table of docs/decisions/0025-cheapest-of-equals.md. A trial that its file has
// already is not made again.
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { tokensOfOutcome } from '../../services/domain/run/ledger/mean-cost.ts';
import { totalUse } from '../../services/domain/run/ledger/totals.ts';
import type { RunState } from '../../services/domain/run/state.ts';
import { mean } from '../../services/domain/statistics/intervals.ts';
import { loadBenchmark } from '../../services/shared/benchmarks/load-benchmark.ts';
import { dataFolderOf } from '../../services/shared/config/data-folder.ts';
import { completeRunFile } from '../../services/shared/config/run-file.ts';
import { RunFileError } from '../../services/shared/config/run-file-error.ts';
import { settingsOf } from '../../services/shared/config/run-file-schema.ts';
import { createLazySandbox } from '../../services/shared/sandbox/lazy-sandbox.ts';
import { learnBenchmarks } from '../../services/simulator/learn-benchmarks.ts';
import { buildQueryIndex } from '../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../services/simulator/simulated-model.ts';
import { writeTickets } from '../../test/support/benchmarks/tickets.ts';
import { outcomesInProcess, rememberingRunner, searchInProcess } from '../in-process-search.ts';
import { objectiveTable, type Trial } from './objective-table.ts';

const { values } = parseArgs({
  options: {
    benchmarks: { type: 'string', default: 'gsm8k,mbpp,tickets' },
    'first-seed': { type: 'string', default: '1' },
    seeds: { type: 'string', default: '10' },
    trials: { type: 'string', default: '.scale/objective/trials.jsonl' },
    /** More rules, as JSON: name -> settings of `search` and `evaluation`. */
    rules: { type: 'string', default: '{}' },
  },
});

const rules: Readonly<Record<string, { readonly search?: object; readonly evaluation?: object }>> = {
  before: {
    search: { objective: 'highest-score' },
    evaluation: { few_shot_ratio: 0.08, few_shot_floor: 1 },
  },
  default: {},
  ...JSON.parse(values.rules),
};

const ticketsFile = `name: tickets
description: Messages of customers to an online service. Each belongs to one team.
answer_format: The name of the team alone, in small letters, as in <answer>delivery</answer>.
file: tickets.csv
split: { shares: { validate: 0.3, test: 0.7 }, seed: 1 }
fields: { message: Message }
reference: Team
scorers:
  choice: { kind: choice, choices: [billing, login, delivery, returns, bug, feedback] }
`;

const data = dataFolderOf();
const trials = await readTrials(values.trials);
const made = await mkdtemp(join(tmpdir(), 'scale-objective-'));
const sandbox = createLazySandbox({ environment: process.env });
try {
  await writeTickets(made, 'comma');
  const tickets = join(made, 'tickets.yaml');
  await writeFile(tickets, ticketsFile);
  const { known } = await learnBenchmarks(data, join(dirname(data), 'recorded'), [tickets]);
  const world = { model: createSimulatedModel(buildQueryIndex(known), 1), code: rememberingRunner(sandbox) };
  await mkdir(dirname(values.trials), { recursive: true });
  const first = Number(values['first-seed']);
  for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
    for (const benchmark of values.benchmarks.split(',')) {
      const source = benchmark === 'tickets' ? { name: tickets } : { name: benchmark, folder: data };
      const test = await loadBenchmark({ folder: data, ...source, split: 'test' });
      for (const [rule, settings] of Object.entries(rules)) {
        if (trials.some((one) => one.benchmark === benchmark && one.seed === seed && one.rule === rule)) continue;
        const written = { benchmark: source, seed, ...settings };
        const error = (field: string, message: string, cause?: unknown) =>
          new RunFileError({ file: 'measure-objective', field }, message, { cause });
        const parsed = { settings: settingsOf(written), written, earlier: [], error };
        const { configuration, benchmark: validate } = await completeRunFile(parsed, '', benchmark);
        const state = await searchInProcess(world, configuration, validate);
        const outcomes = await outcomesInProcess(world, configuration, test, pickedWorkflow(state));
        const trial: Trial = {
          ...{ benchmark, seed, rule, round: state.bestRound ?? 0 },
          testScores: outcomes.map(({ score }) => score),
          tokens: mean(outcomes.map(tokensOfOutcome)),
          searchTokens: totalUse(state.ledger).tokens,
        };
        trials.push(trial);
        await appendFile(values.trials, `${JSON.stringify(trial)}\n`);
        const told = `test score ${mean(trial.testScores).toFixed(4)}, ${Math.round(trial.tokens)} tokens an answer`;
        console.error(`${benchmark}, seed ${seed}, ${rule}: round ${trial.round}, ${told}`);
      }
    }
  }
} finally {
  await sandbox.close();
  await rm(made, { recursive: true, force: true });
}
console.log(objectiveTable(trials));

async function readTrials(file: string): Promise<Trial[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Trial);
}

function pickedWorkflow({ rounds, bestRound = 0 }: RunState) {
  const workflow = rounds[bestRound - 1]?.workflow;
  if (workflow === undefined) throw new RangeError('the search has named no workflow');
  return workflow;
}
