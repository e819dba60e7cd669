import type { Benchmark } from '../../domain/benchmark.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import { fewestQueries, fitRoute } from '../../domain/routing/fit-route.ts';
import { type ExecutedRun, matrixOfRuns, type RunsMatrix } from '../../domain/routing/matrix-of-runs.ts';
import type { RouteReport, RouteSettings } from '../../domain/routing/route-report.ts';
import { isQueryLevel } from '../../domain/run/run-kind.ts';
import { toDocument } from '../../domain/workflow/to-document.ts';
import { configurationFromProto } from '../../shared/contracts/configuration-codec.ts';
import { Endpoint } from '../../shared/contracts/generated/scale/v1/control.ts';
import { readRunBenchmark } from '../../shared/runs/read-run-benchmark.ts';
import { version } from '../../shared/telemetry/version.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { endpointsOfModel } from '../runs/endpoints-of-model.ts';
import { findRun } from '../runs/find-run.ts';
import { describeRouteVerdict } from './describe-route.ts';
import { type PolicyDocument, policyVersion } from './policy-file.ts';
import { pricesToFitBy } from './prices-to-fit-by.ts';
import { readExecutedRun } from './read-executed-run.ts';
import type { RouteFacts } from './route-to-document.ts';
import { withVerdicts } from './with-verdicts.ts';

export interface FitChoices {
  readonly run: string | undefined;
  /** More runs on the same queries: evaluations of other workflows, or repeats of the same. */
  readonly with: readonly string[];
  /** A run with a workflow for each of the same queries. */
  readonly queryLevel?: string;
  /** Have the model review the answers, so that a verifier can be tried. */
  readonly verify: boolean;
  readonly cost: 'tokens' | 'money';
  readonly settings: RouteSettings;
}

export interface FittedPolicy {
  readonly runId: string;
  readonly policy: PolicyDocument;
  readonly report: RouteReport;
  readonly facts: RouteFacts;
}

/** @throws CliError for runs that cannot be routed over, with what to do */
export async function fitPolicy(cli: Cli, cluster: ReachedCluster, choices: FitChoices): Promise<FittedPolicy> {
  const signal = cli.interrupts.requested;
  const { runId } = await findRun(cluster, choices.run, signal);
  const { manifest } = await cluster.client.getRun(runId, signal);
  if (manifest?.configuration === undefined) throw new CliError('failed', `the cluster has no configuration of run ${runId}`);
  const configuration = configurationFromProto(manifest.configuration);
  const benchmark = await readRunBenchmark(cluster, runId, signal);
  const main = await readExecutedRun(cluster, runId, signal);
  const runs: ExecutedRun[] = [main];
  for (const wanted of [...choices.with, ...(choices.queryLevel === undefined ? [] : [choices.queryLevel])]) {
    const other = await readExecutedRun(cluster, (await findRun(cluster, wanted, signal)).runId, signal);
    if (wanted === choices.queryLevel && !isQueryLevel(other.state.configuration)) {
      throw new CliError(
        'bad-input',
        `${other.runId} has no workflow for each query: \`search.mode: query-level\` in a run file makes one`,
      );
    }
    refuseOtherQueries(main, other);
    if (other.runId !== runId) runs.push(other);
  }
  const configurations = runs.map(({ state }) => state.configuration);
  const prices = choices.cost === 'money' ? pricesToFitBy(main.record.prices(), configurations, runId) : undefined;
  const gathered = matrixFrom(runs, benchmark, prices, choices.settings, runId);
  const endpointsOf = (model: string) => endpointsOfModel(manifest, model);
  const { executor, optimizer } = configuration;
  const models = { executor, endpoints: endpointsOf(executor.model), prices };
  const found = choices.verify
    ? { ...gathered, matrix: await withVerdicts(cli, gathered.matrix, models, choices.settings.workflows) }
    : gathered;
  const report = fitRoute(found.matrix, choices.settings);
  const names = { workflows: found.matrix.workflows.map(({ name }) => name), unit: prices?.currency ?? 'tokens' };
  const summary = describeRouteVerdict(report, names);
  const facts: RouteFacts = {
    ...{
      ...names,
      runId,
      split: configuration.benchmark.split,
      simulated: found.simulated,
      costUnit: prices === undefined ? 'tokens' : 'money',
    },
    remarks: remarksOf(found, report),
  };
  const { name, split, scorer } = configuration.benchmark;
  const used = usedPlaces(report);
  const plain = (model: string) => endpointsOf(model).map((endpoint) => Endpoint.toJSON(endpoint) as Record<string, unknown>);
  const writes = used.some((place) => found.matrix.workflows[place]?.isQueryLevel === true);
  const policy: PolicyDocument = {
    ...{ policy: policyVersion, name: configuration.name, version },
    run: { id: runId, benchmark: name, split, scorer },
    ...{ simulated: found.simulated, pays: report.verdict.pays, summary },
    ...{ inputs: [...benchmark.inputs], maxCalls: configuration.search.maxCallsPerQuery },
    executor: configuration.executor,
    endpoints: plain(executor.model),
    ...(writes && { queryLevel: { optimizer, endpoints: plain(optimizer.model), task: taskOf(benchmark) } }),
    workflows: used.map((place) => {
      const workflow = found.workflows[place];
      const { name: label = '', hash = '' } = found.matrix.workflows[place] ?? {};
      if (workflow === undefined) throw new RangeError(`${label} has no workflow`);
      return { name: label, hash, workflow: toDocument(workflow) };
    }),
    steps: stepsAmong(report, used),
    texts: textsOf(report),
    evidence: evidenceOf(report, found, names.unit),
  };
  return { runId, policy, report, facts };
}

function matrixFrom(
  runs: readonly ExecutedRun[],
  benchmark: Parameters<typeof matrixOfRuns>[1],
  prices: PriceTable | undefined,
  { workflows }: RouteSettings,
  runId: string,
): RunsMatrix {
  const more = `Execute more of it: \`scale run\` with evaluation.method: full, or \`scale eval WORKFLOW --split validate\` and \`scale route fit ${runId} --with EVALUATION\`.`;
  let found: RunsMatrix;
  try {
    found = matrixOfRuns(runs, benchmark, { prices, workflows });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CliError('bad-input', `${runId} cannot be routed over: ${cause.message}. ${more}`, { cause });
  }
  const count = found.matrix.queries.length;
  if (count >= fewestQueries) return found;
  throw new CliError(
    'bad-input',
    `${runId} cannot be routed over: its workflows have ${count} queries in common, and a route takes ${fewestQueries}. ${more}`,
  );
}

function taskOf({ name, description, answerFormat, operators }: Benchmark) {
  return { name, description, answerFormat, operators: [...operators] };
}

/** Scores on other queries, or by another scorer, cannot stand in one matrix. */
function refuseOtherQueries(main: ExecutedRun, other: ExecutedRun): void {
  const [a, b] = [main.state.configuration.benchmark, other.state.configuration.benchmark];
  for (const field of ['name', 'split', 'scorer', 'contentHash'] as const) {
    if (a[field] === b[field]) continue;
    const what = field === 'contentHash' ? 'queries' : field === 'name' ? 'benchmark' : field;
    const which = field === 'contentHash' ? '' : ` (${a[field]} and ${b[field]})`;
    throw new CliError('bad-input', `${other.runId} cannot be added to ${main.runId}: they have not the same ${what}${which}`);
  }
}

/** The workflows that the route names, in the order of their places. */
function usedPlaces({ route }: RouteReport): number[] {
  const named = route.steps.flatMap(({ workflow, check }) => [workflow, check?.second ?? workflow]);
  return [...new Set(named)].sort((one, other) => one - other);
}

function stepsAmong({ route }: RouteReport, used: readonly number[]): PolicyDocument['steps'] {
  return route.steps.map(({ workflow, check }) => {
    if (check === undefined) return { workflow: used.indexOf(workflow) };
    const { estimator, threshold, second, state } = check;
    const lists = Object.fromEntries(Object.entries(state).map(([key, values]) => [key, [...values]]));
    return {
      workflow: used.indexOf(workflow),
      check: { estimator, threshold, ...(second !== undefined && { second: used.indexOf(second) }), state: lists },
    };
  });
}

/** Left out where no step compares texts. */
function textsOf({ route: { steps, texts } }: RouteReport): PolicyDocument['texts'] {
  if (steps.every(({ check }) => check === undefined)) return { frequency: {}, texts: [] };
  return { frequency: { ...texts.frequency }, texts: texts.texts.map((flat) => [...flat]) };
}

function evidenceOf(report: RouteReport, { matrix, of }: RunsMatrix, unit: string): PolicyDocument['evidence'] {
  const { queries, executions, settings, best, verdict, alone, curve, ceiling, chosen, untried, byQuery } = report;
  const known = matrix.workflows.map(({ name, hash }, place) => ({ name, hash, ...alone[place] }));
  return { queries, executions, of, unit, settings, best, verdict, alone: known, curve, ceiling, chosen, untried, byQuery };
}

function remarksOf({ matrix, of }: RunsMatrix, { queries, untried }: RouteReport): string[] {
  const some = matrix.workflows.length;
  return [
    ...(queries < of.queries || some < of.workflows
      ? [`fitted on ${queries} of ${of.queries} queries, which ${some} of ${of.workflows} executed workflows have in common`]
      : [`fitted on ${queries} queries and ${some} workflows`]),
    ...(untried.length === 0 ? [] : [`not tried, since what it needs was not recorded: ${untried.join(', ')}`]),
  ];
}
