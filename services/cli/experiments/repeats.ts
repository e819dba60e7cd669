import {
  componentsOf,
  componentTable,
  describeNoise,
  passPlot,
  passTable,
  type RepeatsTrial,
} from '../../domain/experiments/repeats-tables.ts';
import { bestWorkflows } from './best-workflows.ts';
import type { Experiment, ExperimentContext } from './experiment.ts';
import { search } from './find-and-test.ts';
import { testWorkflow } from './test-workflow.ts';
import { searchVariants, variantNamed } from './variant.ts';

const workflows = 5;
const passes = 5;

/** How much of a difference between workflows is noise of the execution. */
export const repeats: Experiment = {
  name: 'repeats',
  title: 'Repeats: how much of a difference between workflows is execution noise',
  description: 'the same workflows executed several times: variance components',
  benchmarks: ['gsm8k'],
  fewestBenchmarks: 1,
  methods: ['aflow'],
  knownMethods: searchVariants,
  mostMethods: 1,
  run: async (context) => {
    const { benchmarks, seeds } = context.plan;
    const choices = benchmarks.flatMap((benchmark) => seeds.map((seed) => ({ benchmark, seed })));
    const trials = await Promise.all(choices.map((choice) => repeatBest(context, choice)));
    const results = componentsOf(trials);
    return {
      findings: describeNoise(results),
      tables: [componentTable(results), passTable(trials)],
      plots: [passPlot(trials)],
      remarks: [
        `The ${workflows} best workflows of each search, each executed ${passes} times on the test split. Components are those of the analysis of variance with random workflows, queries and repeats, cut at 0 and averaged over searches.`,
        'At temperature 0 some servers give the same answer each time: then this noise is 0, and only the queries are left.',
      ],
    };
  },
};

async function repeatBest(
  context: ExperimentContext,
  { benchmark, seed }: Pick<RepeatsTrial, 'benchmark' | 'seed'>,
): Promise<RepeatsTrial> {
  const variant = variantNamed(context.plan.methods[0] ?? 'aflow');
  const found = await search(context, { benchmark, variant, seed }, (ended, state) => bestWorkflows(ended, state, workflows));
  const scores = await Promise.all(
    found.map((workflow, place) =>
      testWorkflow(context, workflow, { benchmark, seed, repeats: passes, what: `top ${place + 1} of ${variant.name}` }),
    ),
  );
  return { benchmark, seed, scores };
}
