// What a setting of the proposals is worth, on simulated searches in one process: `node test/measure/proposals.ts --seeds 10
// --benchmarks sample,planted-rule --variants '{"without":{"feedback_tokens":0},"with":{}}'` compares each variant with the
// first. A simulated model answers, so its figures say what reaches a search, not what real models make of it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { rememberingRunner, scoresInProcess, searchInProcess } from '../../scripts/in-process-search.ts';
import { countRepetitions } from '../../services/domain/report/count-repetitions.ts';
import type { Round, RunState } from '../../services/domain/run/state.ts';
import { mean } from '../../services/domain/statistics/intervals.ts';
import { pairedInterval } from '../../services/domain/statistics/paired-interval.ts';
import { loadBenchmark } from '../../services/shared/benchmarks/load-benchmark.ts';
import { dataFolderOf } from '../../services/shared/config/data-folder.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { createLazySandbox } from '../../services/shared/sandbox/lazy-sandbox.ts';
import { learnBenchmarks } from '../../services/simulator/learn-benchmarks.ts';
import { buildQueryIndex } from '../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../services/simulator/simulated-model.ts';
import { plantedRules, writePlantedRule } from '../support/benchmarks/planted-rule.ts';

const { values } = parseArgs({
  options: {
    benchmarks: { type: 'string', default: 'sample,planted-rule' },
    seeds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '20' },
    variants: { type: 'string', default: '{"without":{"feedback_tokens":0},"with":{}}' },
  },
});
const variants = Object.entries(JSON.parse(values.variants) as Record<string, Record<string, unknown>>);
const data = dataFolderOf();
const folder = await mkdtemp(join(tmpdir(), 'scale-proposals-'));
const sandbox = createLazySandbox({ environment: process.env });
const code = rememberingRunner(sandbox);
try {
  console.log(
    '| benchmark | variant | test score | tokens | nearly the same | edits better than their parent | merges | difference (95 %) |',
  );
  for (const name of values.benchmarks.split(',')) {
    const [rule] = plantedRules;
    const own = name === 'planted-rule' && rule !== undefined ? [await writePlantedRule(folder, rule, 120)] : [];
    const { known } = await learnBenchmarks(data, join(dirname(data), 'recorded'), own);
    const world = { model: createSimulatedModel(buildQueryIndex(known), 1), code };
    const test = await loadBenchmark({ name: own[0] ?? name, split: 'test', folder: data });
    const trials = variants.map(() => ({
      scores: [] as number[],
      tokens: [] as number[],
      proposals: 0,
      similar: 0,
      merges: none(),
      edits: none(),
    }));
    for (let seed = 1; seed <= Number(values.seeds); seed += 1) {
      for (const [place, [, search]] of variants.entries()) {
        const file = join(folder, 'search.yaml');
        const settings = { max_rounds: Number(values.rounds), ...search };
        await writeFile(file, JSON.stringify({ benchmark: { name: own[0] ?? name, folder: data }, seed, search: settings }));
        const { configuration, benchmark } = await readRunFile(file);
        const state = await searchInProcess(world, configuration, benchmark);
        const workflow = state.rounds[(state.bestRound ?? 0) - 1]?.workflow;
        if (workflow === undefined) throw new RangeError('the search has named no workflow');
        const trial = trials[place] as (typeof trials)[number];
        trial.scores.push(mean(await scoresInProcess(world, configuration, test, workflow)));
        trial.tokens.push(state.ledger.reduce((sum, { usage }) => sum + usage.promptTokens + usage.completionTokens, 0));
        const { proposals, similar = 0 } = countRepetitions(state);
        trial.proposals += proposals;
        trial.similar += similar;
        count(trial.merges, state, ({ mergedRound }) => mergedRound !== undefined);
        count(trial.edits, state, ({ round, mergedRound }) => round > 1 && mergedRound === undefined);
      }
    }
    const [first] = trials;
    for (const [place, [variant]] of variants.entries()) {
      const { scores, tokens, proposals, similar, merges, edits } = trials[place] as (typeof trials)[number];
      const { difference, low, high } = pairedInterval(scores.map((score, seed) => score - (first?.scores[seed] ?? 0)));
      const near = `${similar} of ${proposals} | ${edits.better} of ${edits.made} | ${merges.better} of ${merges.made}`;
      const interval = place === 0 ? '' : ` | ${points(difference)} (${points(low)} to ${points(high)})`;
      console.log(
        `| ${name} | ${variant} | ${points(mean(scores))} | ${Math.round(mean(tokens) / 1000)} k | ${near}${interval} |`,
      );
    }
  }
} finally {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
}

/** Rounds with a score, and those of them whose workflow scores more than that of the (first) parent. */
interface Rounds {
  made: number;
  better: number;
}

function none(): Rounds {
  return { made: 0, better: 0 };
}

function count(rounds: Rounds, state: RunState, counts: (round: Round) => boolean): void {
  for (const { evaluation, parentRound } of state.rounds.filter(counts)) {
    if (evaluation === undefined) continue;
    rounds.made += 1;
    if (evaluation.score > (state.rounds[parentRound - 1]?.evaluation?.score ?? 0)) rounds.better += 1;
  }
}

function points(share: number): string {
  return (100 * share).toFixed(1);
}
