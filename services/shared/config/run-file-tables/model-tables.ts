import { above, between, whole } from '../../../domain/settings/number-rules.ts';
import type { SettingTable } from '../../settings/setting-table.ts';
import { templateSettings } from '../template-settings.ts';

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
    description: 'passed on unchanged, such as `{ enable_thinking: false }`, which must be true or false',
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
