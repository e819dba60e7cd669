import { z } from 'zod';
import { evaluationMethods } from '../../domain/evaluation/registry.ts';
import { pickPolicies } from '../../domain/picking/registry.ts';
import { choice, decimal, flag, integer, listed, onOrOff, orLeftOut, settings, text } from '../settings/rules.ts';
import { defaults } from './defaults.ts';
import { endpointHeaders, variableName } from './endpoint-headers.ts';
import { presetNames, presets } from './presets.ts';
import { templateSettings } from './template-settings.ts';

const { run } = defaults;
const modelEndpoint = 'must be the name of an endpoint under `endpoints`, or simulated';

const model = (preset: typeof run.executor | typeof run.optimizer) =>
  settings({
    endpoint: text(modelEndpoint).default(preset.endpoint),
    model: text('must be the name that the endpoint serves the model under').default(preset.model),
    temperature: orLeftOut(decimal(0, 2)).default(preset.temperature),
    top_p: orLeftOut(decimal(0, 1, { above: true })).default(preset.topP),
    max_tokens: integer(1, 1_000_000).default(preset.maxTokens),
    chat_template_kwargs: templateSettings().default({}),
    send_seed: flag().default(preset.sendSeed),
  }).prefault({});

const endpoint = settings({
  base_url: text('must be an http or https address such as http://gpu-1:8000/v1').refine(isWebAddress, {
    error: 'must be an http or https address such as http://gpu-1:8000/v1, without user name, password or query',
  }),
  api_key_variable: variableName().optional(),
  headers: endpointHeaders().default({}),
  max_concurrency: integer(1, 10_000).default(run.endpoint.maxConcurrency),
  timeout_seconds: decimal(0, 3600, { above: true }).default(run.endpoint.timeoutSeconds),
  http2: flag().default(run.endpoint.http2),
});

const convergenceRule = 'must be `off` or { rounds, top, z }';
const { finalPick } = run.search;
const aflowConvergence = presets.aflow.search.convergence;

export const runFileSchema = settings({
  name: text().max(100, { error: 'must be a text of at most 100 characters' }).optional(),
  preset: choice(presetNames).default('default'),
  seed: integer(0, Number.MAX_SAFE_INTEGER).default(run.seed),
  benchmark: z.preprocess(
    (value) => (typeof value === 'string' ? { name: value } : withFileAsName(value)),
    settings({
      name: text('must be the name of a benchmark, or the path of a benchmark file (.yaml)'),
      split: text().default(run.split),
      limit: integer(1, 1_000_000).optional(),
      scorer: text().optional(),
      folder: text('must be the path of a folder').optional(),
    }),
  ),
  models: settings({ executor: model(run.executor), optimizer: model(run.optimizer) }).prefault({}),
  endpoints: z.record(z.string(), endpoint, { error: 'must be a group of endpoints by name' }).default({}),
  search: settings({
    max_rounds: integer(1, 10_000).default(run.search.maxRounds),
    candidates: integer(1, 1000).default(run.search.candidates),
    lambda: decimal(0, 1).default(run.search.lambda),
    alpha: decimal(0, 100).default(run.search.alpha),
    ties: choice(['newest', 'oldest']).default(run.search.ties),
    proposal_attempts: integer(1, 20).default(run.search.proposalAttempts),
    failing_queries_shown: integer(0, 20).default(run.search.failingQueriesShown),
    convergence: z
      .preprocess(
        (value) => (value === 'off' || value === false ? { rounds: 0 } : value),
        z.strictObject(
          {
            // Whoever gives a part of the rule wants it, though it is off by default.
            rounds: integer(0, 1000).default(aflowConvergence.rounds),
            top: integer(1, 1000).default(aflowConvergence.top),
            z: decimal(0, 100).default(aflowConvergence.z),
          },
          { error: convergenceRule },
        ),
      )
      .prefault(run.search.convergence),
    token_budget: integer(0, Number.MAX_SAFE_INTEGER).default(run.search.tokenBudget),
    max_calls_per_query: integer(1, 10_000).default(run.search.maxCallsPerQuery),
    invalid: choice(['retry', 'zero']).default(run.search.invalid),
    memory: onOrOff().default(run.search.memory),
    canary: flag().default(run.search.canary),
    mode: choice(['task-level', 'query-level']).default(run.search.mode),
    final_pick: z
      .preprocess(
        (value) => (pickPolicies.has(String(value)) ? { policy: value } : value),
        z.strictObject(
          {
            policy: z
              .enum([...pickPolicies.keys()], { error: `must be ${listed([...pickPolicies.keys()])}` })
              .default(finalPick.policy),
            top_k: integer(1, 1000).default(finalPick.topK),
            share: decimal(0, 1).default(finalPick.share),
          },
          { error: `must be ${listed([...pickPolicies.keys()])}, or { policy, top_k, share }` },
        ),
      )
      .prefault({}),
  }).prefault({}),
  evaluation: settings({
    method: z
      .enum([...evaluationMethods.keys()], { error: `must be ${listed([...evaluationMethods.keys()])}` })
      .default(run.evaluation.method),
    warm_up_rounds: integer(0, 10_000).default(run.evaluation.warmUpRounds),
    few_shot_ratio: decimal(0, 1, { above: true }).default(run.evaluation.fewShotRatio),
    bins: integer(1, 1000).default(run.evaluation.bins),
    gamma: decimal(0, 1000).default(run.evaluation.gamma),
    draw: choice(['once', 'each-round']).default(run.evaluation.draw),
    tau: decimal(0, 1, { above: true }).default(run.evaluation.tau),
    alpha_max: decimal(0, 1, { above: true }).default(run.evaluation.alphaMax),
    alpha_form: choice(['product', 'quotient']).default(run.evaluation.alphaForm),
    prediction_attempts: integer(1, 20).default(run.evaluation.predictionAttempts),
    repeats: integer(1, 100).default(run.evaluation.repeats),
    forecasts: flag().default(run.evaluation.forecasts),
  }).prefault({}),
  initial_workflow: text('must be the path of a workflow file').optional(),
  cluster: settings({
    executors: integer(1, 64).default(run.cluster.executors),
    slots: integer(1, 4096).default(run.cluster.slots),
  }).prefault({}),
});

export type RunFileSettings = z.infer<typeof runFileSchema>;

/** A benchmark file may be named as such: `file` and `name` are two words for it. */
function withFileAsName(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('file' in value) || 'name' in value) return value;
  const { file: name, ...rest } = value;
  return { name, ...rest };
}

function isWebAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password, search, hash } = new URL(address);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}
