import { z } from 'zod';
import { evaluationRules } from '../../domain/run/evaluation-rules.ts';
import { convergenceRules, finalPickRules, searchRules } from '../../domain/run/search-rules.ts';
import { defaultFailureShare } from '../../domain/search/lost-executions.ts';
import { above, between, whole, wholeFrom } from '../../domain/settings/number-rules.ts';
import { batchDefaults } from '../models/batch/batched-call.ts';
import { addressKinds, batchWindow, endpointDefaults } from '../models/endpoint-settings.ts';
import { namesIn } from '../settings/registries.ts';
import { decimal, integer, listed, text, written } from '../settings/rules.ts';
import { type SettingTable, shapeOf } from '../settings/setting-table.ts';
import { shareRules, teamName } from '../sharing/share-rules.ts';
import { addresses } from './endpoint-addresses.ts';
import { endpointHeaders, variableName } from './endpoint-headers.ts';
import { limitsSchema } from './limits-table.ts';
import { ownSettingChecks } from './own-setting-checks.ts';
import { presetNames } from './presets.ts';
import { templateSettings } from './template-settings.ts';

/**
 * Every setting of a run file. Its check, its default and its row in docs/run-file.md come from here and from the domain's rules
 * of `search` and `evaluation` (domain/run), which also give a run's configuration its form. To add one to those two: an entry
 * there, with the value that it leaves out.
 */

export const cacheTable = {
  namespace: {
    type: 'text',
    default: '',
    description:
      'replies of other namespaces are not used: name one whenever other weights, or another template, are served under the same model name',
  },
  max_age_days: {
    type: 'special',
    schema: decimal(0.001, 3650).optional(),
    description: 'older replies are asked for again',
    range: '0.001 to 3650 days',
    shownDefault: 'as long as the cluster keeps them',
  },
} as const satisfies SettingTable;

const switched = new Map<unknown, object | undefined>([
  ['on', {}],
  [true, {}],
  ['off', undefined],
  [false, undefined],
]);

/** Undefined: off. */
export const cacheSchema = written(
  z.preprocess(
    (value) => (switched.has(value) ? switched.get(value) : value),
    z.strictObject(shapeOf(cacheTable), { error: 'must be on, off or { namespace, max_age_days }' }).optional(),
  ),
  { also: [{ enum: [...switched.keys()] }] },
).optional();

const pricesRule = 'must be the path of a price table, or a price table';

export const topTable = {
  name: {
    type: 'special',
    schema: text().max(100, { error: 'must be a text of at most 100 characters' }).optional(),
    description: 'what the run is called',
    range: 'a text of at most 100 characters',
    shownDefault: "the file's name",
  },
  preset: {
    type: 'choice',
    choices: presetNames,
    default: 'default',
    description: 'settings of `search` and `evaluation` under one name: [presets](#presets)',
  },
  seed: { ...wholeFrom(0), default: 1, description: 'the same seed gives the same search' },
  initial_workflow: {
    type: 'special',
    schema: text('must be the path of a workflow file').optional(),
    description: 'the workflow that the search starts from; its path is relative to the run file',
    range: 'a path',
    shownDefault: "the benchmark's single call",
  },
  cache: {
    type: 'special',
    schema: cacheSchema,
    description:
      'take the replies of models from the cluster, where an earlier run has paid for the same call: [the response cache](endpoints.md#the-response-cache)',
    range: '`on`, `off`, or [a group](#cache)',
    shownDefault: '`off`',
  },
  failure_share: {
    ...between(0, 1),
    default: defaultFailureShare,
    description:
      'the run pauses itself when more than this part of the latest executions, and at least 3, fail for reasons that say nothing about the workflow: [failures](failures.md); 1: never',
  },
  limits: {
    type: 'special',
    schema: limitsSchema,
    description: 'most that the run may spend, and when its search ends: [limits](limits.md)',
    range: '[a group](#limits)',
    shownDefault: 'no limit',
  },
  prices: {
    type: 'special',
    // The content of a table is checked in run-file-schema.ts.
    schema: text(pricesRule).optional(),
    description:
      'what the models cost: the path of a [price table](prices.md), relative to the run file, or its content; not part of what the run is',
    range: 'a path or a group',
    shownDefault: 'the table in `SCALE_PRICES_FILE`, if that is set',
  },
} as const satisfies SettingTable;

export const benchmarkTable = {
  name: {
    type: 'special',
    schema: text('must be the name of a benchmark, or the path of a benchmark file (.yaml)'),
    description:
      'a built-in benchmark, or the path of a [benchmark file](benchmarks.md), relative to the run file; `file` means the same, and the name alone can replace the group',
    range: 'a name or a path',
    shownDefault: '',
  },
  split: { type: 'text', default: 'validate', description: '`validate` or `test`' },
  limit: {
    type: 'special',
    schema: integer(1, 1_000_000).optional(),
    description: 'the first this many queries',
    range: 'whole, 1 to 1,000,000',
    shownDefault: 'all',
  },
  scorer: {
    type: 'special',
    schema: text().optional(),
    description: "one of the benchmark's, such as aflow or strict: [scoring](scoring.md); the others are reported as well",
    range: 'a name',
    shownDefault: "the benchmark's first",
  },
  folder: {
    type: 'special',
    schema: text('must be the path of a folder').optional(),
    description: 'where the files are, relative to the run file: [more below](#where-benchmark-files-are-looked-for)',
    range: 'a path',
    shownDefault: 'the data folder',
  },
} as const satisfies SettingTable;

const executor = {
  endpoint: {
    type: 'text',
    rule: 'must be the name of an endpoint under `endpoints`, or simulated, or cluster',
    default: 'simulated',
    description:
      "a name under `endpoints`, or `simulated` for the built-in simulated model, or `cluster` for [the cluster's own](services.md#the-clusters-endpoints)",
  },
  model: {
    type: 'text',
    rule: 'must be the name that the endpoint serves the model under',
    default: 'qwen-plus',
    description: 'as the endpoint calls it',
  },
  temperature: {
    ...between(0, 2),
    orNull: true,
    default: 0,
    description:
      "null: not sent, for models that refuse it; the server's default applies. At 0 an optimizer tends to repeat a proposal that was refused",
  },
  top_p: { ...above(0, 1), orNull: true, default: 1, description: 'null: not sent' },
  max_tokens: { ...whole(1, 1_000_000), unit: 'tokens', default: 2048, description: 'of one reply' },
  chat_template_kwargs: {
    type: 'special',
    schema: templateSettings().default({}),
    description: 'passed on unchanged, e.g. `{ enable_thinking: false }`, which must be true or false',
    range: 'a group',
    shownDefault: '`{}`',
  },
  send_seed: { type: 'flag', default: true, description: "send a seed, derived from the run's, with each call" },
} as const satisfies SettingTable;

export const modelTables = {
  executor: {
    ...executor,
    join_samples: {
      type: 'flag',
      default: false,
      leftOut: false,
      description:
        'ask for samples of one prompt in one request (`n`), where the server can: [more](endpoints.md#several-samples-in-one-request)',
    },
  },
  optimizer: {
    ...executor,
    model: { ...executor.model, default: 'qwen3-8b' },
    temperature: { ...executor.temperature, default: 0.7 },
    max_tokens: { ...executor.max_tokens, default: 4096 },
    structured: {
      type: 'choice',
      choices: ['off', 'auto', 'on'],
      default: 'off',
      leftOut: 'off',
      description:
        'ask for proposals and predictions in JSON, under a schema: auto, where the server is known to honour one; [more](endpoints.md#replies-under-a-schema)',
    },
  },
} as const satisfies Readonly<Record<string, SettingTable>>;

const batchRule = 'must be true or { window, gather_seconds, poll_seconds }';

const batch = written(
  z.preprocess(
    (value) => (value === true ? {} : value),
    z.strictObject(
      {
        window: z
          .string({ error: 'must be hours, from 1h to 48h' })
          .regex(batchWindow, { error: 'must be hours, from 1h to 48h' })
          .default(batchDefaults.window),
        gather_seconds: decimal(0.1, 3600).default(batchDefaults.gatherMs / 1000),
        poll_seconds: decimal(0.1, 3600).default(batchDefaults.pollMs / 1000),
      },
      { error: batchRule },
    ),
  ),
  { also: [{ enum: [true] }] },
).optional();

export const endpointTable = {
  base_url: {
    type: 'special',
    schema: addresses(),
    description:
      'of an OpenAI-compatible server, such as `http://gpu-1:8000/v1`; a list for a model that several servers serve; [more below](#a-model-on-several-servers)',
    range: 'an address, or a list of them',
    shownDefault: '',
  },
  api_key_variable: {
    type: 'special',
    schema: variableName().optional(),
    description: "the NAME of the workers' environment variable that holds the key",
    range: 'a name',
    shownDefault: 'no key',
  },
  headers: {
    type: 'special',
    schema: endpointHeaders().default({}),
    description:
      'your own headers, sent with each call: `{ x-portkey-provider: openai, api-key: { variable: AZURE_KEY } }`; see [model servers](endpoints.md)',
    range: 'a group',
    shownDefault: '`{}`',
  },
  max_concurrency: {
    ...whole(1, 10_000),
    unit: 'calls',
    default: endpointDefaults.maxConcurrency,
    description: 'most calls in flight at each of its servers, from all workers together',
  },
  requests_per_minute: {
    type: 'special',
    schema: integer(1, 10_000_000).optional(),
    description: 'most calls that begin at each of its servers in a minute, from all workers together',
    range: 'whole, 1 to 10,000,000',
    shownDefault: 'no limit',
  },
  tokens_per_minute: {
    type: 'special',
    schema: integer(1, 1_000_000_000_000).optional(),
    description: 'the same for tokens, of prompts and replies',
    range: 'whole, 1 to 1,000,000,000,000',
    shownDefault: 'no limit',
  },
  steer_by_metrics: {
    type: 'flag',
    default: true,
    description:
      'keep fewer calls in flight than that while calls wait at the server, by the metrics of vLLM and SGLang; see [model servers](endpoints.md#how-many-calls-at-once)',
  },
  timeout_seconds: {
    ...above(0, 3600),
    unit: 's',
    default: endpointDefaults.timeoutMs / 1000,
    description: 'for one attempt at a call, including the wait for its first token',
  },
  batch: {
    type: 'special',
    schema: batch,
    description:
      "make calls through the provider's batch API, at its price and with its delay: `true`, or `{ window: 24h, gather_seconds: 10, poll_seconds: 30 }`; see [batches](batches.md)",
    range: 'true, or a group',
    shownDefault: 'calls are made at once',
  },
  http2: { type: 'flag', default: false, description: 'use HTTP/2 if the server offers it' },
  addresses: {
    type: 'choice',
    choices: addressKinds,
    default: 'auto',
    description:
      'what several addresses of the name in `base_url` are: `each` a server of its own, or `one` server; `auto`: each where they are private; [more below](#a-name-with-several-addresses)',
  },
  reissue: {
    type: 'flag',
    default: true,
    description:
      'send a call that takes far longer than others to a second server too; [more below](#a-model-on-several-servers)',
  },
  gateway: {
    type: 'flag',
    default: false,
    description:
      'it balances calls over servers of its own, as llm-d, the SGLang gateway, Dynamo and LiteLLM do; see [model servers](endpoints.md#gateways)',
  },
} as const satisfies SettingTable;

const convergence = written(
  z.preprocess(
    (value) => (value === 'off' || value === false ? { rounds: 0 } : value),
    z.strictObject(shapeOf(convergenceRules), { error: 'must be `off` or { rounds, top, z }' }),
  ),
  { also: [{ enum: ['off', false] }] },
).prefault({ rounds: 0 });

/** @param policy the one that the file chooses, whose own settings stand beside the others */
function finalPickSchema(policy: string) {
  const chosenBy = 'search.final_pick.policy';
  const own = ownSettingChecks({ registry: 'pick policies', name: policy, chosenBy, taken: Object.keys(finalPickRules) });
  const names = namesIn('pick policies');
  return written(
    z.preprocess(
      (value) => (names.includes(String(value)) ? { policy: value } : value),
      z.strictObject(
        { ...own, ...shapeOf(finalPickRules) },
        { error: `must be ${listed(names)}, or { ${Object.keys(finalPickRules).join(', ')} }` },
      ),
    ),
    { also: [{ enum: names }] },
  ).prefault({});
}

/** @param policy the pick policy that the file chooses */
export function searchTable(policy: string) {
  return {
    ...searchRules,
    convergence: {
      type: 'special',
      schema: convergence,
      description:
        "AFlow's early stop, for scores of all queries: [more below](#equal-scores-and-the-early-stop-ties-convergence)",
      range: '`off`, or a group of the next three',
      shownDefault: '`off`',
    },
    invalid: {
      type: 'choice',
      choices: ['retry', 'zero'],
      default: 'retry',
      description:
        'a proposal that breaks a static rule is asked for again; or, as in the paper, it ends its round with the score 0.0',
    },
    mode: {
      type: 'choice',
      choices: ['task-level', 'query-level'],
      default: 'task-level',
      description:
        'one workflow for all queries; or one for each, the baseline: [more below](#a-workflow-for-each-query-mode-query-level)',
    },
    final_pick: {
      type: 'special',
      schema: finalPickSchema(policy),
      description: 'how the winner is named; the name of a policy alone is enough',
      range: 'a name, or a group of the next three',
      shownDefault: `\`${finalPickRules.policy.default}\``,
    },
  } as const satisfies SettingTable;
}

/** @param method the one that the file chooses, whose own settings stand beside the others */
export function evaluationShape(method: string) {
  const chosenBy = 'evaluation.method';
  const own = ownSettingChecks({ registry: 'evaluation methods', name: method, chosenBy, taken: Object.keys(evaluationRules) });
  return { ...own, ...shapeOf(evaluationRules) };
}

export const shareTable = {
  weight: {
    ...shareRules.weight,
    default: 1,
    description: 'its part of the calls is as its weight among the weights of all runs that have calls waiting',
  },
  priority: { ...shareRules.priority, default: 0, description: 'runs of a higher one go first: others have what these leave' },
  at_most: {
    type: 'special',
    schema: integer(shareRules.atMost.low, shareRules.atMost.high).optional(),
    description: 'most calls in flight, at all endpoints together',
    range: 'whole, 1 to 100,000 calls',
    shownDefault: 'no limit of its own',
  },
  team: {
    type: 'special',
    schema: text()
      .regex(teamName.pattern, { error: `must be the name of a team: ${teamName.rule}` })
      .optional(),
    description: 'whose run it is: [teams](sharing.md#teams)',
    range: 'a name',
    shownDefault: "that of the caller's token",
  },
} as const satisfies SettingTable;

export const clusterTable = {
  executors: { ...whole(1, 64), default: 1, description: 'processes on this machine' },
  slots: { ...whole(1, 4096), default: 32, unit: 'jobs', description: 'at once in each of them' },
} as const satisfies SettingTable;
