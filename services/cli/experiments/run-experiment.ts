import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ExperimentReport } from '../../domain/experiments/experiment-report.ts';
import { isBenchmarkFile } from '../../shared/benchmarks/find-benchmark.ts';
import { endpointSecrets } from '../../shared/config/endpoints/run-endpoints.ts';
import { secretVariablesOf } from '../../shared/models/settings/key-bindings.ts';
import { type Cli, interruptedError } from '../cli.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import type { ClusterWish } from '../cluster/reach-to-run.ts';
import { InterruptedError } from '../interrupts.ts';
import type { Experiment } from './experiment.ts';
import type { ExperimentOptions } from './experiment-options.ts';
import type { ExperimentPlan } from './experiment-plan.ts';
import { createExperimentRuns } from './experiment-runs.ts';
import { planExperiment } from './plan-experiment.ts';
import { createSharedCluster, type SharedCluster } from './shared-cluster.ts';

/**
 * Runs experiments one after another on one cluster that is started once, and reports the outcome of each.
 * @throws CliError
 */
export async function runExperiments(
  cli: Cli,
  chosen: readonly Experiment[],
  options: ExperimentOptions,
  write: (experiment: Experiment, report: ExperimentReport) => Promise<void>,
): Promise<void> {
  // All of them first: bad input is refused before anything is spent.
  const plans = await Promise.all(chosen.map((experiment) => planExperiment(experiment, options)));
  const cluster = createSharedCluster(clusterWish(cli, plans, options));
  try {
    for (const [index, experiment] of chosen.entries()) {
      if (chosen.length > 1) cli.notice(`${experiment.name} (${index + 1} of ${chosen.length})`);
      await write(experiment, await runExperiment(cli, experiment, plans[index] as ExperimentPlan, { options, cluster }));
    }
  } catch (error) {
    // Which of the runs in flight noticed first is chance.
    const { aborted, reason } = cli.interrupts.requested;
    throw aborted && reason instanceof InterruptedError ? interruptedError(reason, whatGoesOn(reason, options)) : error;
  } finally {
    await cluster.close(cli.interrupts.forced);
  }
}

function whatGoesOn({ message }: InterruptedError, { server }: ExperimentOptions): string {
  const there = server === undefined ? '' : `; its sweep goes on at ${server} (\`scale sweep list\` shows it)`;
  return `${message}: what was done is kept${there}, and the same command continues it`;
}

function clusterWish(cli: Cli, plans: readonly ExperimentPlan[], options: ExperimentOptions): ClusterWish {
  const [plan] = plans;
  if (plan === undefined) throw new RangeError('no experiment to run');
  const benchmarks = plans.flatMap(({ benchmarkNames }) => [...benchmarkNames.values()]);
  const { cluster } = plan.base.parsed.settings;
  return {
    ...{ cli, server: options.server, notice: cli.notice },
    folder: dataFolderAt(options.dataDir),
    executors: options.executors ?? cluster.executors,
    slots: options.slots ?? cluster.slots,
    withSimulator: needsSimulator(plan),
    simulatorBenchmarks: [...new Set(benchmarks.filter(isBenchmarkFile))],
    keyVariables: Object.values(plan.base.parsed.settings.endpoints).flatMap((endpoint) =>
      secretVariablesOf(endpointSecrets(endpoint)),
    ),
  };
}

async function runExperiment(
  cli: Cli,
  experiment: Experiment,
  plan: ExperimentPlan,
  { options, cluster }: { readonly options: ExperimentOptions; readonly cluster: SharedCluster },
): Promise<ExperimentReport> {
  const folder = dataFolderAt(options.dataDir);
  const isLocal = options.server === undefined;
  const runs = createExperimentRuns({
    cli,
    cluster,
    folder,
    isLocal,
    name: experiment.name,
    baseHash: hashOfBase(plan),
    parallel: options.parallel,
    waitForEndpoints: options.waitForEndpoints,
  });
  try {
    const result = await experiment.run({ plan, runs });
    await runs.settle();
    return {
      experiment: experiment.name,
      title: experiment.title,
      simulated: runs.simulated(),
      setting: describeSetting(plan),
      ...result,
      remarks: [...(plan.quick ? [quickRemark] : []), ...runs.doubts(), ...result.remarks],
      runs: runs.ended(),
    };
  } finally {
    await runs.close();
  }
}

/** Its benchmarks, variants and seeds are cells of one sweep; what else they have in common makes it this sweep and no other. */
function hashOfBase({ base, limit, testLimit, rounds }: ExperimentPlan): string {
  const { benchmark: _, ...settings } = base.parsed.settings;
  return createHash('sha256')
    .update(JSON.stringify([settings, limit, testLimit, rounds]))
    .digest('hex');
}

/** Where an experiment's files go. */
export function experimentFolder({ name }: Experiment, { out, dataDir }: ExperimentOptions): string {
  return join(out ?? join(dataDir, 'experiments'), name);
}

const quickRemark = 'A reduced form (--quick): it shows how the experiment works; its figures are too few to mean anything.';

function needsSimulator({ base, optimizers }: ExperimentPlan): boolean {
  const { endpoints, models } = base.parsed.settings;
  const used = [models.executor.endpoint, models.optimizer.endpoint, ...optimizers.flatMap(({ endpoint }) => endpoint ?? [])];
  return used.some((name) => endpoints[name] === undefined);
}

function describeSetting({ base, benchmarks, seeds, limit, testLimit, rounds }: ExperimentPlan): string[] {
  const { models, search, benchmark } = base.parsed.settings;
  const atMost = (count: number | undefined): string => (count === undefined ? 'all' : `at most ${count}`);
  return [
    `Searches of at most ${rounds ?? search.max_rounds} rounds on ${benchmarks.join(', ')}: ${atMost(limit ?? benchmark.limit)} queries to search on, ${atMost(testLimit)} of the test split; seeds ${seeds.join(', ')}.`,
    `Executor ${models.executor.model}, optimizer ${models.optimizer.model}${base.runFile === undefined ? '' : `, as in ${base.runFile}`}.`,
  ];
}
