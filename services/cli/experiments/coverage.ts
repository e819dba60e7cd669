import {
  type CoverageTrial,
  coveragePlots,
  coverageTable,
  coverageValues,
  describeCoverage,
  rankTable,
} from '../../domain/experiments/coverage-table.ts';
import { bestWorkflows } from './best-workflows.ts';
import { aboutIntervals, type Experiment, type ExperimentContext } from './experiment.ts';
import { search } from './find-and-test.ts';
import { runQueryLevel } from './query-level.ts';
import { testWorkflow } from './test-workflow.ts';
import { searchVariants, variantNamed } from './variant.ts';

const tries = 5;

/** Table 1: do a few task-level workflows solve as many queries as one workflow for each? */
export const coverage: Experiment = {
  name: 'coverage',
  title: 'Coverage: a few workflows against one for each query (Table 1)',
  description: 'top-1, top-5 and repeat-5 against a workflow for each query (Table 1)',
  benchmarks: ['gsm8k'],
  fewestBenchmarks: 1,
  methods: ['aflow'],
  knownMethods: searchVariants,
  mostMethods: 1,
  run: async (context) => {
    const { benchmarks, seeds, threshold } = context.plan;
    const choices = benchmarks.flatMap((benchmark) => seeds.map((seed) => ({ benchmark, seed })));
    const trials = await Promise.all(choices.map((choice) => tryOne(context, choice)));
    const values = coverageValues(trials, threshold);
    const fewest = Math.min(...trials.map(({ top }) => top.length));
    return {
      findings: describeCoverage(values),
      tables: [coverageTable(values), rankTable(trials)],
      plots: coveragePlots(values),
      remarks: [
        'The paper compares the coverage of five tries with the performance of one run of a query-level method. Coverage is what an oracle that knows which try to trust would score, and grows with the number of tries: the fair comparison is with the coverage of five.',
        `An answer counts as correct from a score of ${threshold} on (--threshold); it matters only for F1, where the paper does not give its own.`,
        'The query-level baseline is the optimizer model asked for one workflow per query; the paper has ScoreFlow, which is trained for it.',
        ...(fewest < tries ? [`One search found only ${fewest} workflows: its "top-5" are those.`] : []),
        aboutIntervals,
      ],
    };
  },
};

async function tryOne(
  context: ExperimentContext,
  { benchmark, seed }: Pick<CoverageTrial, 'benchmark' | 'seed'>,
): Promise<CoverageTrial> {
  const variant = variantNamed(context.plan.methods[0] ?? 'aflow');
  const baseline = runQueryLevel(context, { benchmark, seed, repeats: tries });
  const tests = search(context, { benchmark, variant, seed }, (ended, state) => bestWorkflows(ended, state, tries)).then(
    (found) =>
      Promise.all(
        found.map((workflow, place) =>
          testWorkflow(context, workflow, {
            ...{ benchmark, seed, what: `top ${place + 1} of ${variant.name}` },
            repeats: place === 0 ? tries : 1,
          }),
        ),
      ),
  );
  const [[repeats = [], ...others], { scores: queryLevel }] = await Promise.all([tests, baseline]);
  // The first of the repeats is the best one's single execution.
  return { benchmark, seed, top: [repeats, ...others].map(([first = []]) => first), repeats, queryLevel };
}
