import { compareVariants, type VariantResult } from '../../domain/experiments/compare-variants.ts';
import type { ResultRow, ResultTable } from '../../domain/experiments/experiment-report.ts';
import { paperMethods } from '../../domain/experiments/paper-tables.ts';
import { paperRow, phaseTable, scorePlot, variantTable } from '../../domain/experiments/variant-tables.ts';
import { describeScoreDifference, describeTokenRatio } from '../../domain/experiments/verdict.ts';
import { countOf } from '../../domain/names/count-of.ts';
import { aboutIntervals, type Experiment } from './experiment.ts';
import { tryVariants } from './try-variants.ts';
import { queryLevelName, searchVariants, variantNamed } from './variant.ts';

const reference = 'aflow';

/** Table 2: what each method finds, and what it spends on finding it. */
export const methods: Experiment = {
  name: 'methods',
  title: 'Methods: test score and tokens (Table 2)',
  description: 'test score and search tokens of each method against AFlow (Table 2)',
  benchmarks: ['gsm8k'],
  fewestBenchmarks: 1,
  methods: ['aflow', 'default', 'paper', 'predicted', 'few-shot', 'confidence', 'rasch', queryLevelName],
  knownMethods: [...searchVariants, queryLevelName],
  mostMethods: searchVariants.length + 1,
  run: async (context) => {
    const { benchmarks, methods: names } = context.plan;
    const variants = [...new Set([reference, ...names])].map(variantNamed);
    const results = compareVariants(await tryVariants(context, variants), reference);
    const of = (benchmark: string) => results.filter((result) => result.benchmark === benchmark);
    return {
      findings: results.flatMap(describeResult),
      tables: benchmarks.flatMap((benchmark) => [resultTable(benchmark, of(benchmark)), phasesOf(benchmark, of(benchmark))]),
      plots: [scorePlot('Test score (%) with 95 % intervals', results)],
      remarks: [
        "Search tokens are all tokens of the search without the executions on the test split, as the paper counts them. It does not say whether its figures include the optimizer's own tokens; ours do.",
        "The paper's rows are single runs with other models: compare the differences between rows, not the rows.",
        ...(names.includes(queryLevelName) ? [aboutQueryLevel] : []),
        aboutIntervals,
      ],
    };
  },
};

const aboutQueryLevel =
  "query-level writes a workflow for each test query and searches nothing: its tokens are those of the writing. The paper's, ScoreFlow, is trained, and its tokens are mostly those of its training data.";

function resultTable(benchmark: string, results: readonly VariantResult[]): ResultTable {
  const table = variantTable(`${benchmark}: test score and search tokens`, results, reference);
  const printed = paperMethods.flatMap(({ name, cells }): ResultRow[] => {
    const cell = cells[benchmark];
    return cell === undefined ? [] : [paperRow(name, cell)];
  });
  return { ...table, rows: [...table.rows, ...printed] };
}

function phasesOf(benchmark: string, results: readonly VariantResult[]): ResultTable {
  return phaseTable(`${benchmark}: search tokens by phase, mean over seeds`, results);
}

function describeResult({ benchmark, variant, seeds, against }: VariantResult): string[] {
  if (against === undefined) return [];
  const tokens = describeTokenRatio(against.tokenRatio, reference);
  const score = describeScoreDifference(against.difference);
  return [`${benchmark}, ${countOf(seeds, 'seed')}: ${variant} ${tokens} with ${score}.`];
}
