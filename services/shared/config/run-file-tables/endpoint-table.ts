import { z } from 'zod';
import { above, whole } from '../../../domain/settings/number-rules.ts';
import { batchDefaults } from '../../models/settings/batched-call.ts';
import { addressKinds, batchWindow, endpointDefaults } from '../../models/settings/endpoint-settings.ts';
import { decimal, integer, written } from '../../settings/rules.ts';
import type { SettingTable } from '../../settings/setting-table.ts';
import { addresses } from '../endpoints/endpoint-addresses.ts';
import { endpointHeaders, variableName } from '../endpoints/endpoint-headers.ts';

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
