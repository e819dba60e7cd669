import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { defined } from '../../domain/defined.ts';
import { operators } from '../../domain/operators/registry.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import { decodeYaml, YamlError } from '../../domain/workflow/decode-yaml.ts';
import { parseWorkflow } from '../../domain/workflow/parse-workflow.ts';
import { queryFields } from '../../domain/workflow/query-fields.ts';
import { isBenchmarkFile } from '../../shared/benchmarks/find-benchmark.ts';
import { readWorkflowText } from '../../shared/benchmarks/read-workflow-file.ts';
import { workflowFileText } from '../../shared/benchmarks/workflow-file-text.ts';
import { executorSettings, optimizerSettings } from '../../shared/config/configuration-of.ts';
import { checkEndpointUse, type RunEndpoint, usedEndpoints } from '../../shared/config/endpoints/run-endpoints.ts';
import { earlierSettings, type ParsedRunFile } from '../../shared/config/parse-run-file.ts';
import { readPriceFile } from '../../shared/config/price-file.ts';
import { pricesIn, readRunFileSettings } from '../../shared/config/run-file.ts';
import { RunFileError } from '../../shared/config/run-file-error.ts';
import { settingsOf } from '../../shared/config/run-file-schema.ts';
import { Endpoint } from '../../shared/contracts/generated/scale/v1/control.ts';
import { whyUnread } from '../../shared/errors/file-error.ts';
import { clusterBaseUrl } from '../../shared/models/settings/endpoint-settings.ts';
import { utf8Text } from '../../shared/settings/utf8-text.ts';
import { CliError } from '../cli-error.ts';
import type { FoundWorkflow } from '../eval/evaluation-file.ts';
import type { RoutingPolicy } from '../route/policy-file.ts';
import { keptPrices } from '../runs/run-request.ts';
import type { RouterToServe } from './served-router.ts';
import type { Offered, WhatToServe } from './served-workflow.ts';

/** A workflow or a policy, with servers that may have to be started. */
export type ToServe = WithServers<WhatToServe> | WithServers<RouterToServe>;

type WithServers<What extends Offered> = Omit<What, 'endpoints'> & Servers;

interface Servers {
  readonly endpoints: readonly RunEndpoint[];
  /** Of users, whose queries a simulated model is to know. */
  readonly benchmarkFiles: readonly string[];
  /** What the models cost; absent if nobody has said. */
  readonly prices?: PriceTable;
}

export interface ServeWishes {
  readonly runFile?: string;
  readonly name?: string;
  /** NATS servers of the cluster that executes; absent: this process does. */
  readonly cluster?: string;
  /** Path of a price table, instead of what the run file, the run or the environment says. */
  readonly prices?: string;
}

/**
 * A workflow with the model that executes it: that of the run file, otherwise the one that the run had, otherwise a simulated
 * one.
 * @param name what clients ask for; default: the run's, or the file's without its ending
 * @throws CliError, RunFileError, WorkflowFileError with sentences for the user
 */
export async function whatToServe(
  subject: { readonly kind: 'file'; readonly path: string } | FoundWorkflow,
  wishes: ServeWishes,
): Promise<WithServers<WhatToServe>> {
  const { runFile, name, cluster } = wishes;
  const parsed = runFile === undefined ? defaults() : await readRunFileSettings(runFile);
  checkEndpointUse(parsed, []);
  const { settings } = parsed;
  const ofRun = subject.kind === 'run' && runFile === undefined ? subject : undefined;
  const executor = ofRun?.configuration.executor ?? executorSettings(settings.models.executor);
  const all = ofRun === undefined ? usedEndpoints(parsed, []) : endpointsOfRun(ofRun, parsed);
  const endpoints = all.filter(({ model }) => model === executor.model);
  if (cluster === undefined) refuseClusterOnly(endpoints, executor.model);
  else refuseStandIn(endpoints);
  const text = subject.kind === 'file' ? await textOf(subject.path) : workflowFileText(subject.workflow);
  const place = subject.kind === 'file' ? subject.path : `the best workflow of ${subject.runId}`;
  const maxCalls = ofRun?.configuration.search.maxCallsPerQuery ?? settings.search.max_calls_per_query;
  const inputs = inputsIn(text);
  return {
    name: name ?? (subject.kind === 'file' ? basename(subject.path, extname(subject.path)) : subject.configuration.name),
    workflow: readWorkflowText(text, place, { operators: [...operators.keys()], inputs }, maxCalls),
    ...{ inputs, executor, endpoints, maxCalls },
    ...defined({ prices: await pricesFor(endpoints, parsed, wishes, ofRun?.prices) }),
    benchmarkFiles: benchmarkFilesOf(parsed, runFile),
  };
}

/** A policy with the model that executes its workflows: that of the run file, otherwise the one that its run had. */
export async function routerToServe(policy: RoutingPolicy, wishes: ServeWishes): Promise<WithServers<RouterToServe>> {
  const { runFile, name, cluster } = wishes;
  const parsed = runFile === undefined ? defaults() : await readRunFileSettings(runFile);
  checkEndpointUse(parsed, []);
  const executor = runFile === undefined ? policy.executor : executorSettings(parsed.settings.models.executor);
  const ofFile = optimizerSettings(parsed.settings.models.optimizer);
  const optimizer = policy.queryLevel && (runFile === undefined ? policy.queryLevel.optimizer : ofFile);
  const used = [...new Map([executor, ...(optimizer ? [optimizer] : [])].map((each) => [each.model, each])).values()];
  const known = [...policy.endpoints, ...(policy.queryLevel?.endpoints ?? [])].map((each) => Endpoint.fromJSON(each));
  const endpoints = used.flatMap((settings) => {
    const own = { endpoints: known.filter(({ model }) => model === settings.model), configuration: { executor: settings } };
    const all = runFile === undefined ? endpointsOfRun(own, parsed) : usedEndpoints(parsed, []);
    return all.filter(({ model }) => model === settings.model);
  });
  if (cluster === undefined) refuseClusterOnly(endpoints, executor.model);
  else refuseStandIn(endpoints);
  const { inputs, maxCalls } = policy;
  return {
    ...{ name: name ?? policy.name, policy, inputs, executor, endpoints, maxCalls, ...defined({ optimizer }) },
    ...defined({ prices: await pricesFor(endpoints, parsed, wishes) }),
    benchmarkFiles: benchmarkFilesOf(parsed, runFile),
  };
}

/** For executors of a cluster. @param ofRun what the run has kept, whose workflow it is. @throws PriceFileError */
async function pricesFor(
  endpoints: readonly RunEndpoint[],
  parsed: ParsedRunFile,
  { runFile, cluster, prices }: ServeWishes,
  ofRun?: PriceTable,
): Promise<PriceTable | undefined> {
  if (cluster === undefined) return undefined;
  const given = prices === undefined ? undefined : await readPriceFile(prices);
  const table = given ?? ofRun ?? (await pricesIn(parsed, runFile === undefined ? '.' : dirname(runFile)));
  return table && keptPrices({ endpoints, prices: table });
}

/** Executors elsewhere would not find a model that this process starts. */
function refuseStandIn(endpoints: readonly RunEndpoint[]): void {
  if (endpoints.every(({ simulated }) => !simulated)) return;
  const message =
    'executors of a cluster cannot reach a simulated model that this command starts: name an endpoint in a file for --run-file';
  throw new CliError('bad-input', message);
}

function refuseClusterOnly(endpoints: readonly RunEndpoint[], model: string): void {
  if (endpoints.every(({ baseUrl }) => baseUrl !== clusterBaseUrl)) return;
  const message = `the model ${model} is served where only a cluster's workers know: name its endpoint in a file for --run-file`;
  throw new CliError('bad-input', message);
}

function benchmarkFilesOf({ settings }: ParsedRunFile, runFile: string | undefined): string[] {
  const { name } = settings.benchmark;
  return runFile !== undefined && isBenchmarkFile(name) ? [resolve(dirname(runFile), name)] : [];
}

/** A run with the simulated model names no endpoint. */
interface ModelOfRun {
  readonly endpoints: FoundWorkflow['endpoints'];
  readonly configuration: Pick<FoundWorkflow['configuration'], 'executor'>;
}

function endpointsOfRun({ endpoints, configuration: { executor } }: ModelOfRun, parsed: ParsedRunFile): RunEndpoint[] {
  if (endpoints.length > 0) return endpoints.map((endpoint) => ({ ...endpoint, simulated: false }));
  return usedEndpoints(parsed, [])
    .slice(0, 1)
    .map((endpoint) => ({ ...endpoint, model: executor.model }));
}

function defaults(): ParsedRunFile {
  const written = { benchmark: 'sample' };
  const error = (field: string, message: string, cause?: unknown): RunFileError =>
    new RunFileError({ file: 'scale serve', field }, message, { cause });
  return { settings: settingsOf(written), written, earlier: earlierSettings(written), error };
}

async function textOf(path: string): Promise<string> {
  try {
    return utf8Text(await readFile(path));
  } catch (error) {
    throw new CliError('bad-input', `${path}: ${whyUnread(error, 'workflow file')}`, { cause: error });
  }
}

/** The fields of a query that a workflow's text reads, in their order; `question` if it reads none. */
export function inputsIn(text: string): readonly string[] {
  const inputs = fieldsIn(text).filter((name) => name !== 'id');
  return inputs.length === 0 ? ['question'] : inputs;
}

/** Of a text that is no workflow, none: whoever reads it next says why. */
function fieldsIn(text: string): readonly string[] {
  try {
    const parsed = parseWorkflow(decodeYaml(text));
    return parsed.ok ? queryFields(parsed.workflow) : [];
  } catch (error) {
    if (error instanceof YamlError) return [];
    throw error;
  }
}
