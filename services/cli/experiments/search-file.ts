import { defined } from '../../domain/defined.ts';
import { completeRunFile, type RunFile } from '../../shared/config/run-file.ts';
import type { RunFileSettings } from '../../shared/config/run-file-schema.ts';
import { isGroup } from '../../shared/settings/sorted-text.ts';
import type { ExperimentBase, ExperimentPlan } from './experiment-plan.ts';
import type { Variant } from './variant.ts';

export interface SearchChoice {
  readonly benchmark: string;
  readonly variant: Variant;
  readonly seed: number;
  /** Default: the base's, as a rule validate. */
  readonly split?: string;
}

/**
 * The run file of one of the experiment's searches: the base with the variant's settings. Its name comes from its settings and
 * not from the experiment, so that a search that several experiments need is one run.
 * @throws RunFileError, BenchmarkError or WorkflowFileError
 */
export async function searchFile(plan: ExperimentPlan, choice: SearchChoice): Promise<RunFile> {
  const settings = variedSettings(plan, choice);
  const limit = choice.split === undefined ? plan.limit : plan.testLimit;
  const { written } = plan.base.parsed;
  const base = {
    ...plan.base,
    parsed: { ...plan.base.parsed, written: writtenSearch(written, plan, choice, settings), earlier: [] },
  };
  return limitedFile(base, settings, nameOf(choice.benchmark, settings), limit);
}

/** What the experiment decides overrides the run file, whether it is the default or not. */
function writtenSearch(
  written: unknown,
  { rounds }: ExperimentPlan,
  { variant, seed }: SearchChoice,
  { benchmark: { split, scorer } }: RunFileSettings,
): unknown {
  const file = isGroup(written) ? written : {};
  const over = (given: unknown, decided: object | undefined) => ({ ...(isGroup(given) ? given : {}), ...decided });
  const models = isGroup(file.models) ? file.models : {};
  return {
    ...file,
    seed,
    benchmark: { split, scorer },
    models: { ...models, optimizer: over(models.optimizer, variant.optimizer) },
    search: { ...over(file.search, variant.search), ...defined({ max_rounds: rounds }) },
    evaluation: over(file.evaluation, variant.evaluation),
  };
}

export function variedSettings(
  { base, rounds, benchmarkNames }: ExperimentPlan,
  { benchmark: title, variant, seed, split }: SearchChoice,
): RunFileSettings {
  const benchmark = benchmarkNames.get(title) ?? title;
  const { name: _, initial_workflow: own, ...given } = base.parsed.settings;
  const isOwn = benchmark === given.benchmark.name;
  // With memory, the runs would depend on each other and on the order in which they happen to end.
  const search = { ...given.search, memory: false, ...variant.search, max_rounds: rounds ?? given.search.max_rounds };
  const evaluation = { ...given.evaluation, ...variant.evaluation };
  return {
    ...given,
    seed,
    benchmark: {
      ...(isOwn ? given.benchmark : { name: benchmark, folder: given.benchmark.folder }),
      split: split ?? given.benchmark.split,
      // The limit for searches does not apply to the test split.
      ...(split === undefined ? {} : { limit: undefined }),
    },
    models: { ...given.models, optimizer: { ...given.models.optimizer, ...variant.optimizer } },
    search,
    // A reduced search may be shorter than the warm-up that it would have had.
    evaluation: { ...evaluation, warm_up_rounds: Math.min(evaluation.warm_up_rounds, search.max_rounds) },
    // Another benchmark's queries may have other fields.
    ...(isOwn && own !== undefined ? { initial_workflow: own } : {}),
  };
}

/** @param limit at most this many queries; a split that has fewer is taken whole */
async function limitedFile(
  base: ExperimentBase,
  settings: RunFileSettings,
  name: string,
  limit: number | undefined,
): Promise<RunFile> {
  const parsed = { ...base.parsed, settings };
  const whole = await completeRunFile(parsed, base.folder, name);
  if (limit === undefined || whole.benchmark.queries.length <= limit) return whole;
  const limited = { ...settings, benchmark: { ...settings.benchmark, limit } };
  return completeRunFile({ ...parsed, settings: limited }, base.folder, name);
}

function nameOf(benchmark: string, { search, evaluation, models, seed }: RunFileSettings): string {
  const method = search.mode === 'query-level' ? search.mode : evaluation.method;
  return `${benchmark} ${method} ${models.optimizer.model} seed ${seed}`.slice(0, 100);
}
