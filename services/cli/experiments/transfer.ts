import { canJudge, fewShotError, type StrataSettings, strataShares } from '../../domain/experiments/strata-transfer.ts';
import {
  describeTransfers,
  initialWorkflow,
  type StrataTrial,
  strataTable,
  type TransferTrial,
  transferPlot,
  transfersOf,
  transferTable,
} from '../../domain/experiments/transfer-tables.ts';
import type { RecordedSearch } from '../../domain/replay/recorded-search.ts';
import { searchOfRun } from '../../domain/replay/search-of-run.ts';
import { renameQueryFields } from '../../domain/workflow/rename-query-fields.ts';
import { WorkflowFileError } from '../../shared/benchmarks/read-workflow-file.ts';
import type { FoundWorkflow } from '../eval/evaluation-file.ts';
import { aboutIntervals, type Experiment, type ExperimentContext } from './experiment.ts';
import type { ExperimentPlan } from './experiment-plan.ts';
import { bestWorkflow, foundWorkflow, search } from './find-and-test.ts';
import { surrogateSettings } from './surrogate-settings.ts';
import { meanByQuery, testWorkflow } from './test-workflow.ts';
import { searchVariants, variantNamed } from './variant.ts';

const draws = { usual: 400, quick: 50 };

/** What was learned on one benchmark, used on another: workflows, and the strata of the few-shot draw. */
export const transfer: Experiment = {
  name: 'transfer',
  title: 'Transfer: workflows and strata of one benchmark used on another',
  description: 'the best workflow and the strata of one benchmark used on another',
  benchmarks: ['gsm8k', 'math'],
  fewestBenchmarks: 2,
  methods: ['aflow'],
  knownMethods: searchVariants,
  mostMethods: 1,
  run: async (context) => {
    const { benchmarks, seeds } = context.plan;
    const choices = benchmarks.flatMap((benchmark) => seeds.map((seed) => ({ benchmark, seed })));
    const sources = await Promise.all(choices.map((choice) => learn(context, choice)));
    const pairs = sources.flatMap((target) =>
      sources.filter(({ seed }) => seed === target.seed).map((source) => ({ target, source })),
    );
    const tested = await Promise.all(pairs.map(({ target, source }) => testOn(context, target, source)));
    const initial = await Promise.all(sources.map((target) => testInitial(context, target)));
    const transfers = transfersOf([...tested.flatMap(({ trial }) => trial ?? []), ...initial]);
    const strata = strataTrials(pairs, context.plan);
    return {
      findings: describeTransfers(transfers),
      tables: [
        ...benchmarks.map((target) => transferTable(target, transfers)),
        ...(strata.length === 0 ? [] : [strataTable(strata)]),
      ],
      plots: [transferPlot(transfers)],
      remarks: [
        'Query fields are renamed by their place (query.question becomes query.problem); prompts stay as they were found.',
        'Strata: the bins are those of the benchmark itself, by its own warm-up; only the shares with which they are sampled come from the other one. On the diagonal they are its own.',
        ...new Set(tested.flatMap(({ misfit }) => misfit ?? [])),
        aboutIntervals,
      ],
    };
  },
};

interface Learned {
  readonly benchmark: string;
  readonly seed: number;
  readonly inputs: readonly string[];
  readonly best: FoundWorkflow;
  readonly initial: FoundWorkflow;
  readonly recorded: RecordedSearch;
}

type Choice = Pick<Learned, 'benchmark' | 'seed'>;

function learn(context: ExperimentContext, choice: Choice): Promise<Learned> {
  const variant = variantNamed(context.plan.methods[0] ?? 'aflow');
  return search(context, { ...choice, variant }, (ended, state) => ({
    ...choice,
    inputs: ended.file.benchmark.inputs,
    best: bestWorkflow(ended, state),
    initial: foundWorkflow(ended, state.rounds[0] ?? {}),
    recorded: searchOfRun(state),
  }));
}

interface Tested {
  readonly trial?: TransferTrial;
  /** Why the workflow cannot run there. */
  readonly misfit?: string;
}

async function testOn(context: ExperimentContext, target: Learned, source: Learned): Promise<Tested> {
  const { benchmark, seed, inputs } = target;
  const names = new Map(source.inputs.flatMap((field, place) => (inputs[place] === undefined ? [] : [[field, inputs[place]]])));
  const found = { ...source.best, workflow: renameQueryFields(source.best.workflow, names) };
  try {
    const scores = await testWorkflow(context, found, { benchmark, seed, what: `best of ${source.benchmark}` });
    return { trial: { target: benchmark, source: source.benchmark, seed, scores: meanByQuery(scores) } };
  } catch (error) {
    if (!(error instanceof WorkflowFileError)) throw error;
    return { misfit: `The best workflow of ${source.benchmark}, seed ${seed}, does not fit ${benchmark}: ${error.message}` };
  }
}

async function testInitial(context: ExperimentContext, { benchmark, seed, initial }: Learned): Promise<TransferTrial> {
  const scores = await testWorkflow(context, initial, { benchmark, seed, what: initialWorkflow });
  return { target: benchmark, source: initialWorkflow, seed, scores: meanByQuery(scores) };
}

function strataTrials(
  pairs: readonly { readonly target: Learned; readonly source: Learned }[],
  plan: ExperimentPlan,
): StrataTrial[] {
  const { few_shot_ratio: ratio, bins, gamma, warm_up_rounds: warmUpRounds } = surrogateSettings(plan);
  return pairs.flatMap(({ target, source }) => {
    const { benchmark, seed, recorded } = target;
    const settings: StrataSettings = { ratio, bins, gamma, warmUpRounds, seed, draws: plan.quick ? draws.quick : draws.usual };
    if (!canJudge(recorded, settings) || !canJudge(source.recorded, settings)) return [];
    const meanAbsoluteError = fewShotError(recorded, strataShares(source.recorded, settings), settings);
    return [{ target: benchmark, source: source.benchmark, seed, meanAbsoluteError }];
  });
}
