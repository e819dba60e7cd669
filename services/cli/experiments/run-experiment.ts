import { join } from 'node:path';
import type { ExperimentReport } from '../../domain/experiment/experiment-report.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Experiment } from './experiment.ts';
import type { ExperimentOptions } from './experiment-options.ts';
import { type ExperimentPlan, planExperiment } from './experiment-plan.ts';
import { createExperimentRuns } from './experiment-runs.ts';

/** Plans an experiment, runs it on one cluster, and says what came of it. @throws CliError */
export async function runExperiment(cli: Cli, experiment: Experiment, options: ExperimentOptions): Promise<ExperimentReport> {
  const plan = await planExperiment(experiment, options);
  if (plan.benchmarks.length === 0) {
    throw new CliError(exitCodes.badInput, 'no benchmark to run on: name some with --benchmarks');
  }
  const { cluster } = plan.base.parsed.settings;
  const runs = createExperimentRuns({
    ...{ cli, parallel: options.parallel, server: options.server },
    folder: dataFolderAt(options.dataDir),
    executors: options.executors ?? cluster.executors,
    slots: options.slots ?? cluster.slots,
    withSimulator: needsSimulator(plan),
  });
  try {
    const result = await experiment.run({ plan, runs });
    return {
      experiment: experiment.name,
      title: experiment.title,
      simulated: runs.simulated(),
      setting: describeSetting(plan),
      ...result,
      remarks: [...(plan.quick ? [quickRemark] : []), ...result.remarks, intervalRemark],
      runs: runs.ended(),
    };
  } finally {
    await runs.close();
  }
}

/** Where the files go, unless the user says. */
export function experimentFolder({ name }: Experiment, { out, dataDir }: ExperimentOptions): string {
  return out ?? join(dataDir, 'experiments', name);
}

const quickRemark = 'A reduced form (--quick): it shows how the experiment works; its figures are too few to mean anything.';
const intervalRemark =
  'Intervals are 95 %: of scores over seeds and queries together, of tokens over seeds. With few seeds they are wide, as they should be.';

function needsSimulator({ base, optimizers }: ExperimentPlan): boolean {
  const { endpoints, models } = base.parsed.settings;
  const used = [models.executor.endpoint, models.optimizer.endpoint, ...optimizers.flatMap(({ endpoint }) => endpoint ?? [])];
  return used.some((name) => endpoints[name] === undefined);
}

function describeSetting({ base, benchmarks, seeds, limit, testLimit, rounds }: ExperimentPlan): string[] {
  const { models, search } = base.parsed.settings;
  const atMost = (count: number | undefined): string => (count === undefined ? 'all' : `at most ${count}`);
  return [
    `Searches of ${rounds ?? search.max_rounds} rounds at most on ${benchmarks.join(', ')}: ${atMost(limit)} queries to search on, ${atMost(testLimit)} of the test split; seeds ${seeds.join(', ')}.`,
    `Executor ${models.executor.model}, optimizer ${models.optimizer.model}${base.runFile === undefined ? '' : `, as in ${base.runFile}`}.`,
  ];
}
