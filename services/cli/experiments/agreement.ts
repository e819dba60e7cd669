import { defined } from '../../domain/defined.ts';
import { evaluationMethods } from '../../domain/evaluation/registry.ts';
import { agreementRows, agreementTables, describeAgreement, errorPlot } from '../../domain/experiments/agreement-table.ts';
import type { RecordedSearch } from '../../domain/replay/recorded-search.ts';
import { searchOfRun } from '../../domain/replay/search-of-run.ts';
import { scoreStrategies } from '../../domain/replay/strategy.ts';
import type { EvaluationSettings } from '../../domain/run/configuration.ts';
import type { RunFileSettings } from '../../shared/config/run-file-schema.ts';
import { replayDefaults } from '../replay/replay-work.ts';
import type { Experiment, ExperimentContext } from './experiment.ts';
import { search } from './find-and-test.ts';
import { surrogateSettings } from './surrogate-settings.ts';
import { variantNamed } from './variant.ts';

const constant = 'constant';
const surrogates = [...evaluationMethods.values()].filter(({ executesAll }) => !executesAll).map(({ name }) => name);
const thePapers = ['confidence', 'predicted', 'few-shot', 'scale'];
const others = surrogates.filter((name) => !thePapers.includes(name) && name !== constant);
const draws = { usual: 100, quick: 20 };

/**
 * Table 3: how close the cheap scores come to full evaluation, on every workflow of a search that executes all of them in full.
 * The optimizer really gives its prediction and confidence of each; what is drawn at random is replayed many times.
 */
export const agreement: Experiment = {
  name: 'agreement',
  title: 'Agreement of the evaluation methods with full evaluation (Table 3)',
  description: 'each evaluation method against full evaluation on the same workflows (Table 3)',
  benchmarks: ['gsm8k'],
  fewestBenchmarks: 1,
  methods: [...thePapers, ...others, constant],
  knownMethods: surrogates,
  mostMethods: surrogates.length,
  run: async (context) => {
    const { plan } = context;
    const settings = surrogateSettings(plan);
    const { warm_up_rounds: warmUp, few_shot_ratio: ratio } = settings;
    const choices = plan.benchmarks.flatMap((benchmark) => plan.seeds.map((seed) => ({ benchmark, seed })));
    const found = await Promise.all(choices.map((choice) => searchInFull(context, choice, settings)));
    const searches = found.map(({ recorded }) => recorded);
    const rows = agreementRows(searches, {
      strategies: scoreStrategies([...new Set([...plan.methods, constant])], warmUp, ratio),
      settings: found[0]?.settings ?? replayDefaults,
      draws: plan.quick ? draws.quick : draws.usual,
      after: warmUp,
    });
    const workflows = searches.map((recorded) => recorded.workflows.length);
    return {
      findings: describeAgreement(rows, constant),
      tables: agreementTables(rows),
      plots: [errorPlot(rows)],
      remarks: [
        `${searches.length} searches with ${workflows.join(', ')} workflows, each executed on every query; the first ${warmUp} of a search are the warm-up, and are left out of the figures. Predictions were asked for with no more experience than a warm-up of ${warmUp} gives.`,
        'Working workflows have at least half the score of the best of their search: a correlation over all workflows mostly measures how well broken ones are separated from the others.',
        'Intervals: bootstrap over the draws of queries, and over the searches of a benchmark if it has several; all benchmarks have the same weight. The few-shot queries are among those of the full score, which flatters every method that executes.',
      ],
    };
  },
};

interface SearchInFull {
  readonly recorded: RecordedSearch;
  readonly settings: EvaluationSettings;
}

function searchInFull(
  context: ExperimentContext,
  choice: { readonly benchmark: string; readonly seed: number },
  settings: RunFileSettings['evaluation'],
): Promise<SearchInFull> {
  const { warm_up_rounds } = settings;
  const { search: steering, evaluation } = variantNamed('aflow');
  const variant = {
    name: 'aflow with forecasts',
    ...defined({ search: steering }),
    evaluation: { ...settings, ...evaluation, forecasts: true, warm_up_rounds },
  };
  return search(context, { ...choice, variant }, (_, state) => ({
    recorded: searchOfRun(state),
    settings: state.configuration.evaluation,
  }));
}
