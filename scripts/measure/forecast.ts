// How often a simulated run ends in the range that `--dry-run` says beforehand: searches with seeds that the forecast's tables
// were not made from. `node scripts/measure/forecast.ts` prints the table of docs/prices.md.
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { standInOf } from '../../services/cli/forecast/stand-in-of.ts';
import { forecastOf, playCourses } from '../../services/domain/forecast/forecast.ts';
import { totalUse } from '../../services/domain/run/ledger/totals.ts';
import { dataFolderOf } from '../../services/shared/config/data-folder.ts';
import { completeRunFile, type RunFile } from '../../services/shared/config/run-file.ts';
import { RunFileError } from '../../services/shared/config/run-file-error.ts';
import { settingsOf } from '../../services/shared/config/run-file-schema.ts';
import { createLazySandbox } from '../../services/shared/sandbox/lazy-sandbox.ts';
import { learnBenchmarks } from '../../services/simulator/learn-benchmarks.ts';
import { buildQueryIndex } from '../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../services/simulator/simulated-model.ts';
import { rememberingRunner, searchInProcess } from '../in-process-search.ts';

const { values } = parseArgs({
  options: {
    benchmarks: { type: 'string', default: 'drop,gsm8k,math,hotpotqa,mbpp' },
    ways: { type: 'string', default: 'default' },
    seeds: { type: 'string', default: '2' },
    'first-seed': { type: 'string', default: '701' },
    /** Queries of each benchmark. */
    limit: { type: 'string', default: '60' },
  },
});

const ways: Readonly<Record<string, object>> = {
  default: {},
  'one-by-one': { search: { parallelism: 1 } },
  'highest-score': { search: { objective: 'highest-score' } },
  scale: { evaluation: { method: 'scale', warm_up_rounds: 2 } },
  full: { evaluation: { method: 'full' } },
  rasch: { evaluation: { method: 'rasch' } },
  predicted: { evaluation: { method: 'predicted', warm_up_rounds: 2 } },
  'query-level': { search: { mode: 'query-level' } },
};

const data = dataFolderOf();
const sandbox = createLazySandbox({ environment: process.env });
try {
  const { known } = await learnBenchmarks(data, join(dirname(data), 'recorded'));
  const world = { model: createSimulatedModel(buildQueryIndex(known), 1), code: rememberingRunner(sandbox) };
  let [seed, within, all] = [Number(values['first-seed']), 0, 0];
  console.log('| simulated | seed | range (tokens) | upper / lower | really | |\n|---|---|---|---|---|---|');
  for (let repeat = 0; repeat < Number(values.seeds); repeat += 1) {
    for (const benchmark of values.benchmarks.split(',')) {
      for (const way of values.ways.split(',')) {
        const file = await fileOf(benchmark, way, seed);
        const { low, high } = await forecast(file);
        const { ledger } = await searchInProcess(world, file.configuration, file.benchmark);
        const real = totalUse(ledger).tokens;
        const isWithin = real >= low && real <= high;
        all += 1;
        within += Number(isWithin);
        const range = `${Math.round(low)} to ${Math.round(high)}`;
        console.log(
          `| ${benchmark}, ${way} | ${seed} | ${range} | ${(high / low).toFixed(2)} | ${real} | ${isWithin ? 'in' : 'out'} |`,
        );
        seed += 1;
      }
    }
  }
  console.log(`\n${within} of ${all} in the range`);
} finally {
  await sandbox.close();
}

async function fileOf(benchmark: string, way: string, seed: number): Promise<RunFile> {
  const written = { benchmark: { name: benchmark, folder: data, limit: Number(values.limit) }, seed, ...ways[way] };
  const error = (field: string, message: string, cause?: unknown) =>
    new RunFileError({ file: 'measure-forecast', field }, message, { cause });
  return await completeRunFile({ settings: settingsOf(written), written, earlier: [], error }, '', benchmark);
}

/** As `scale run --dry-run` in a data folder without earlier runs. */
async function forecast(file: RunFile) {
  const { configuration, benchmark } = file;
  const { standIn } = await standInOf(file, []);
  const run = { configuration, benchmark, standIn, prices: undefined, limits: { pickShare: 0.1, testShare: 0 } };
  return forecastOf(playCourses(run)).tokens;
}
