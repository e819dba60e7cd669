import type { Benchmark } from '../../services/domain/benchmark.ts';
import type {
  EvaluationSettings,
  FinalPickSettings,
  RunConfiguration,
  SearchSettings,
} from '../../services/domain/run/configuration.ts';
import { configuration, contentHashOf, madeUpBenchmark } from './made-up-work.ts';

/** A search small enough that a thousand of them take a minute, and with something of everything that a large one does. */
export interface MadeUpSearch {
  readonly name: string;
  readonly configuration: RunConfiguration;
  readonly benchmark: Benchmark;
}

const benchmark = madeUpBenchmark(8);
/** Two workflows are merged by what they have in common, which takes ten queries. */
const forMerges = madeUpBenchmark(12);

type Variant = readonly [
  name: string,
  search: Partial<Omit<SearchSettings, 'finalPick'>>,
  evaluation: Partial<EvaluationSettings>,
  finalPick?: FinalPickSettings,
];

const variants: readonly Variant[] = [
  [
    'the paper',
    { maxRounds: 4, canary: false, invalidScoresZero: true },
    { method: 'scale', warmUpRounds: 2, fewShotRatio: 0.25 },
  ],
  [
    'the default',
    { maxRounds: 5, ties: 'newest' },
    { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0.25 },
    { policy: 'race', topK: 3, share: 0.5 },
  ],
  ['everything executed', { maxRounds: 3 }, { method: 'full', warmUpRounds: 0 }],
  [
    'calibrated predictions and halving',
    { maxRounds: 4 },
    { method: 'scale', warmUpRounds: 1, fewShotRatio: 0.25 },
    { policy: 'halving', topK: 3, share: 0.5 },
  ],
  [
    'a new sample in each round',
    { maxRounds: 4, memory: true },
    { method: 'rasch', warmUpRounds: 0, fewShotRatio: 0.25, draw: 'each-round' },
    { policy: 'top', topK: 2, share: 0.5 },
  ],
  ['predictions alone', { maxRounds: 5 }, { method: 'predicted', warmUpRounds: 1 }, { policy: 'refine', topK: 2, share: 0.5 }],
  [
    'the default, four rounds at once',
    { maxRounds: 8, ties: 'newest', parallelism: 4, parents: 'different' },
    { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0.25 },
    { policy: 'race', topK: 3, share: 0.5 },
  ],
  [
    'the paper, four rounds at once',
    { maxRounds: 9, canary: false, invalidScoresZero: true, parallelism: 4 },
    { method: 'scale', warmUpRounds: 3, fewShotRatio: 0.25 },
  ],
  [
    'everything executed, four rounds at once',
    { maxRounds: 7, parallelism: 4, parents: 'pareto', convergenceRounds: 3 },
    { method: 'full', warmUpRounds: 0 },
  ],
  [
    'a new sample in each round, two rounds at once',
    { maxRounds: 6, memory: true, parallelism: 2 },
    { method: 'rasch', warmUpRounds: 0, fewShotRatio: 0.25, draw: 'each-round' },
    { policy: 'top', topK: 2, share: 0.5 },
  ],
  [
    'what the scorer says, four rounds at once',
    { maxRounds: 8, ties: 'newest', parallelism: 4, feedbackTokens: 300 },
    { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0.5 },
    { policy: 'race', topK: 3, share: 0.5 },
  ],
  [
    'nearly the same, four rounds at once',
    { maxRounds: 8, ties: 'newest', parallelism: 4, similarityLimit: 0.8 },
    { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0.25 },
    { policy: 'race', topK: 3, share: 0.5 },
  ],
  [
    'more rounds at once than there are',
    { maxRounds: 5, parallelism: 8 },
    { method: 'scale', warmUpRounds: 1, fewShotRatio: 0.25 },
    { policy: 'halving', topK: 3, share: 0.5 },
  ],
  ['a budget that runs out', { maxRounds: 6, tokenBudget: 4_500 }, { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0.5 }],
  ['a budget for repeats', { maxRounds: 4, tokenBudget: 6_000 }, { method: 'full', warmUpRounds: 0, repeats: 2 }],
];

/** Searches of a kind differ by their seeds. */
const seeds = [1, 2, 3, 4, 5];

export const madeUpSearches: readonly MadeUpSearch[] = [
  ...variants.flatMap(([name, search, evaluation, finalPick]) =>
    seeds.map((seed) => {
      const settings = configuration(seed);
      const { finalPick: _, ...steering } = settings.search;
      return searchOf(`${name}, seed ${seed}`, {
        ...settings,
        search: { ...steering, ...search, ...(finalPick && { finalPick }) },
        evaluation: { ...settings.evaluation, ...evaluation },
      });
    }),
  ),
  ...seeds.map((seed) => {
    const { search, evaluation, ...rest } = configuration(seed);
    const settings: RunConfiguration = {
      ...rest,
      search: { ...search, maxRounds: 8, ties: 'newest', parallelism: 4, mergeEvery: 2, feedbackTokens: 300 },
      evaluation: { ...evaluation, method: 'full', warmUpRounds: 0 },
    };
    return searchOf(`merges, four rounds at once, seed ${seed}`, settings, forMerges);
  }),
  ...seeds.map((seed) => {
    const { search, evaluation, ...rest } = configuration(seed);
    const { finalPick: _, canary: __, ...steering } = search;
    return searchOf(`a workflow for each query, seed ${seed}`, {
      ...rest,
      kind: 'query-level',
      search: { ...steering, maxRounds: 1 },
      evaluation: { ...evaluation, method: 'full', warmUpRounds: 0 },
    });
  }),
];

function searchOf(name: string, settings: RunConfiguration, on = benchmark): MadeUpSearch {
  const reference = { ...settings.benchmark, contentHash: contentHashOf(on), queryCount: on.queries.length };
  return { name, benchmark: on, configuration: { ...settings, benchmark: reference } };
}
