import { basename, dirname, extname, resolve } from 'node:path';
import type { Benchmark } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { findBenchmark, isBenchmarkFile } from '../../shared/benchmarks/find-benchmark.ts';
import { readWorkflowFile, readWorkflowText } from '../../shared/benchmarks/read-workflow-file.ts';
import { benchmarkDefinitions } from '../../shared/benchmarks/registry.ts';
import { workflowFileText } from '../../shared/benchmarks/workflow-file-text.ts';
import type { Assignment } from '../../shared/config/amend-settings.ts';
import { earlierSettings, type ParsedRunFile } from '../../shared/config/parse-run-file.ts';
import { completeRunFile, type RunFile, readRunFileSettings } from '../../shared/config/run-file.ts';
import { RunFileError } from '../../shared/config/run-file-error.ts';
import { type RunFileSettings, settingsOf } from '../../shared/config/run-file-schema.ts';
import { singleRound } from '../../shared/config/single-round.ts';
import type { CacheUse, Endpoint, RunLimits } from '../../shared/contracts/generated/scale/v1/control.ts';
import { addressKindOf } from '../../shared/models/settings/endpoint-settings.ts';
import { isGroup } from '../../shared/settings/sorted-text.ts';
import { CliError } from '../cli-error.ts';

/** What is evaluated: a workflow file, or the best workflow of a run with the settings that it was found with. */
export type EvaluationSubject = { readonly kind: 'file'; readonly path: string } | FoundWorkflow;

export interface FoundWorkflow {
  readonly kind: 'run';
  readonly runId: string;
  readonly workflow: Workflow;
  readonly configuration: RunConfiguration;
  /** Where its executor model was served; none for the simulated model. */
  readonly endpoints: readonly Endpoint[];
  /** How it used the response cache. */
  readonly cache?: CacheUse;
  /** What it might spend. */
  readonly limits?: RunLimits;
  /** What its models cost, as it has kept it. */
  readonly prices?: PriceTable;
}

export interface EvaluationChoices {
  readonly benchmark?: string;
  readonly split: string;
  readonly repeat: number;
  readonly limit?: number;
  readonly scorer?: string;
  readonly seed?: number;
  readonly model?: string;
  readonly runFile?: string;
  /** Settings in place of those of the run file. */
  readonly set?: readonly Assignment[];
}

/**
 * The run that evaluates one workflow: it ends with its first round, executed in full. Settings that only a search reads are the
 * defaults, so that they do not make two evaluations of one.
 * @throws RunFileError, BenchmarkError, WorkflowFileError or CliError with one sentence for the user
 */
export async function evaluationFile(subject: EvaluationSubject, choices: EvaluationChoices): Promise<RunFile> {
  const [first] = choices.set ?? [];
  if (first !== undefined && choices.runFile === undefined) {
    throw new CliError('bad-input', `--set ${first.text} needs a run file whose setting it is: --run-file FILE`);
  }
  const given =
    choices.runFile === undefined
      ? await settingsWithoutFile(subject, choices)
      : await readRunFileSettings(choices.runFile, { set: choices.set });
  const settings = evaluationSettings(given.settings, choices);
  const parsed = {
    ...given,
    settings,
    written: writtenEvaluation(given.written, choices),
    earlier: given.earlier.map((before) => ({
      ...before,
      settings: evaluationSettings(before.settings, choices, before.preset),
    })),
  };
  const base = choices.runFile === undefined ? '' : dirname(choices.runFile);
  return completeRunFile(parsed, base, nameOf(subject, settings), {
    kind: 'evaluation',
    firstWorkflowOf: (benchmark) => workflowOf(subject, benchmark, settings.search.max_calls_per_query),
  });
}

/** What was decided, in the form of a run file: those settings of the file that an evaluation reads, and the command line's. */
function writtenEvaluation(written: unknown, { split, repeat, limit, scorer, seed, model }: EvaluationChoices): unknown {
  const file = isGroup(written) ? written : {};
  const part = (group: unknown, key: string) => (isGroup(group) ? group[key] : undefined);
  const executor = part(file.models, 'executor');
  const asked = { ...(isGroup(executor) ? executor : {}), ...defined({ model }) };
  return {
    seed: seed ?? file.seed,
    benchmark: { split, limit, scorer: scorer ?? part(file.benchmark, 'scorer') },
    models: { executor: asked, optimizer: asked },
    search: { max_calls_per_query: part(file.search, 'max_calls_per_query') },
    evaluation: { method: 'full', repeats: repeat },
    // The evaluated workflow is the first one, and always said.
    initial_workflow: true,
  };
}

function evaluationSettings(
  given: RunFileSettings,
  choices: EvaluationChoices,
  preset: RunFileSettings = settingsOf({ benchmark: 'sample' }),
): RunFileSettings {
  const executor = { ...given.models.executor, ...defined({ model: choices.model }) };
  const benchmark = {
    ...given.benchmark,
    name: choices.benchmark === undefined ? given.benchmark.name : fromHere(choices.benchmark),
    split: choices.split,
    limit: choices.limit,
    scorer: choices.scorer ?? given.benchmark.scorer,
  };
  const { join_samples: _, ...withoutJoining } = executor;
  return {
    ...preset,
    seed: choices.seed ?? given.seed,
    benchmark,
    endpoints: given.endpoints,
    cache: given.cache,
    // No optimizer is asked.
    models: { executor, optimizer: { ...withoutJoining, structured: 'off' } },
    ...singleRound(given, choices.repeat, preset),
    cluster: given.cluster,
  };
}

/** Without a run file: the defaults, and for a run's workflow the model, endpoint and scorer that it was found with. */
async function settingsWithoutFile(subject: EvaluationSubject, choices: EvaluationChoices): Promise<ParsedRunFile> {
  const error = (field: string, message: string, cause?: unknown): RunFileError =>
    new RunFileError({ file: 'scale eval', field }, message, { cause });
  const name = choices.benchmark ?? (subject.kind === 'run' ? subject.configuration.benchmark.name : undefined);
  if (name === undefined) {
    throw new CliError('bad-input', 'name what to evaluate on: --benchmark NAME, or --run-file FILE with a benchmark');
  }
  const written = { benchmark: name };
  const settings = settingsOf(written);
  const earlier = earlierSettings(written);
  if (subject.kind === 'file') return { settings, written, earlier, error };
  if (choices.benchmark === undefined) refuseUnknownFile(subject);
  const isSame = (await findBenchmark(name)).name === subject.configuration.benchmark.name;
  const ofRun = (preset: RunFileSettings) => settingsOfRun(preset, subject, isSame);
  const found = ofRun(settings);
  return {
    settings: found,
    written: { ...written, models: { executor: found.models.executor }, search: found.search, benchmark: found.benchmark },
    earlier: earlier.map(({ settings: before, preset }) => ({ settings: ofRun(before), preset })),
    error,
  };
}

/** A run knows the name of a user's own benchmark, but not where its file is today. */
function refuseUnknownFile({ runId, configuration: { benchmark } }: FoundWorkflow): void {
  if (benchmarkDefinitions.has(benchmark.name)) return;
  const message = `${runId} ran on ${benchmark.name}, a benchmark of your own: name its file with --benchmark FILE.yaml`;
  throw new CliError('bad-input', message);
}

/** On the command line, a benchmark file's path is relative to the current folder, not to a run file. */
function fromHere(benchmark: string): string {
  return isBenchmarkFile(benchmark) ? resolve(benchmark) : benchmark;
}

const endpointOfRun = 'of-the-run';

/** @param isSame the benchmark is the one that the run was on, so that its scorer can be kept */
function settingsOfRun(
  preset: RunFileSettings,
  { configuration, endpoints, cache }: FoundWorkflow,
  isSame: boolean,
): RunFileSettings {
  const { executor, search, benchmark } = configuration;
  const scorer = isSame ? benchmark.scorer : undefined;
  const [endpoint] = endpoints;
  const served = endpoint && {
    base_url: endpoints.map(({ baseUrl: url, maxConcurrency: max_concurrency, weight }) => ({ url, max_concurrency, weight })),
    ...(endpoint.apiKeyVariable === '' ? {} : { api_key_variable: endpoint.apiKeyVariable }),
    headers: Object.fromEntries(
      (endpoint.headers?.headers ?? []).map(({ name, value, variable }) => [name, variable === '' ? value : { variable }]),
    ),
    max_concurrency: endpoint.maxConcurrency,
    timeout_seconds: endpoint.timeoutMs / 1000,
    http2: endpoint.http2 ?? false,
    addresses: addressKindOf(endpoint),
    gateway: endpoint.gateway ?? false,
    reissue: endpoint.reissue ?? true,
    ...defined({ requests_per_minute: endpoint.requestsPerMinute, tokens_per_minute: endpoint.tokensPerMinute }),
    steer_by_metrics: endpoint.steerByMetrics ?? true,
  };
  const model = {
    ...preset.models.executor,
    model: executor.model,
    temperature: executor.temperature,
    top_p: executor.topP,
    max_tokens: executor.maxTokens,
    chat_template_kwargs: { ...executor.chatTemplateKwargs },
    send_seed: executor.sendSeed,
    join_samples: executor.joinSamples ?? false,
    ...(served === undefined ? {} : { endpoint: endpointOfRun }),
  };
  return {
    ...preset,
    benchmark: { ...preset.benchmark, scorer },
    models: { ...preset.models, executor: model },
    endpoints: served === undefined ? {} : { [endpointOfRun]: served },
    cache: cache && cacheSettingsOf(cache),
    search: { ...preset.search, max_calls_per_query: search.maxCallsPerQuery },
  };
}

function cacheSettingsOf({ namespace, maxAgeMs }: CacheUse): RunFileSettings['cache'] {
  return { namespace, max_age_days: maxAgeMs === 0 ? undefined : maxAgeMs / 86_400_000 };
}

async function workflowOf(subject: EvaluationSubject, benchmark: Benchmark, maxCalls: number): Promise<Workflow> {
  if (subject.kind === 'file') return readWorkflowFile(subject.path, benchmark, maxCalls);
  // Found on one benchmark, it may not fit another: the same checks as for a file.
  return readWorkflowText(workflowFileText(subject.workflow), `the best workflow of ${subject.runId}`, benchmark, maxCalls);
}

function nameOf(subject: EvaluationSubject, { benchmark }: RunFileSettings): string {
  const workflow = subject.kind === 'file' ? basename(subject.path, extname(subject.path)) : subject.configuration.name;
  // Where the file is does not change what is evaluated.
  const name = isBenchmarkFile(benchmark.name) ? basename(benchmark.name, extname(benchmark.name)) : benchmark.name;
  return `eval ${workflow} ${name} ${benchmark.split}`.slice(0, 100);
}
