import { delimiter } from 'node:path';
import { z } from 'zod';
import { above, between, whole, wholeFrom } from '../../domain/settings/number-rules.ts';
import { parseKeyBindings } from '../models/key-bindings.ts';
import { isolationLevels } from '../sandbox/isolation.ts';
import { choice, decimal, integer, text } from '../settings/rules.ts';
import type { VariableTable } from '../settings/variable-table.ts';
import { logLevels } from '../telemetry/logger.ts';

/**
 * Every setting of a service, by its name in the code: the environment variable, what it may be, its default and a sentence.
 * Checks, types and the tables in docs/services.md come from here. To add one: an entry, and the code that uses it.
 */

const portRule = 'must be a port from 0 to 65535';

const port = (variable: string, preset: number, description: string) =>
  ({
    variable,
    type: 'special',
    schema: z.coerce.number({ error: portRule }).pipe(integer(0, 65_535)).default(preset),
    description,
    range: 'a port; 0: any free one',
    shownDefault: `\`${preset}\``,
  }) as const;

const natsAddress =
  'must be addresses such as nats://nats-1:4222, separated by commas, with a port up to 65535 and special characters of ' +
  'credentials percent-encoded';

/** Whatever is let in here can be taken apart later: its credentials are decoded, too. */
function isNatsAddress(text: string): boolean {
  const asWeb = text.replace(/^(nats|tls):/, 'http:');
  if (asWeb === text || !/^http:\/\/[^\s/?#]+$/.test(asWeb) || !URL.canParse(asWeb)) return false;
  const { hostname, username, password } = new URL(text);
  return hostname !== '' && isDecodable(username) && isDecodable(password);
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** What ties a process to its parent, and how much it logs; simulated models have these settings too. */
const everyProcess = {
  logLevel: {
    variable: 'SCALE_LOG_LEVEL',
    type: 'choice',
    choices: logLevels,
    default: 'info',
    description: 'the lowest level that is logged',
  },
  leash: {
    variable: 'SCALE_PARENT_LEASH',
    type: 'special',
    schema: choice(['none', 'stdin', 'ipc']).optional(),
    description: 'the service ends when its parent does: with its standard input, or with the channel that it was forked with',
    range: 'none, stdin or ipc',
    shownDefault: '`ipc` if there is a channel, otherwise `none`',
  },
  drainMs: {
    variable: 'SCALE_DRAIN_MS',
    ...whole(0, 3_600_000),
    unit: 'ms',
    // Below the 30 s that Kubernetes waits before it kills.
    default: 25_000,
    description: 'how long it may take to finish its work once it is asked to end',
  },
} as const satisfies VariableTable;

export const serviceTable = {
  natsUrl: {
    variable: 'SCALE_NATS_URL',
    secret: true,
    type: 'special',
    schema: text(natsAddress)
      .refine((urls) => urls.split(',').every((url) => isNatsAddress(url.trim())), { error: natsAddress })
      .default('nats://127.0.0.1:4222'),
    description:
      'the NATS servers; `tls://` for connections that must be encrypted; may hold [credentials](security.md#access-to-nats), which appear in no message',
    range: 'addresses, separated by commas',
    shownDefault: '`nats://127.0.0.1:4222`',
  },
  natsCredentialsFile: {
    variable: 'SCALE_NATS_CREDENTIALS_FILE',
    type: 'text',
    description:
      'a file with [credentials](security.md#access-to-nats), instead of those in the address; read again at each connection',
  },
  natsCaFile: {
    variable: 'SCALE_NATS_CA_FILE',
    type: 'text',
    description:
      'certificates (PEM) of the authorities whose NATS servers are trusted, and no others; connections must then be encrypted',
  },
  natsCertFile: {
    variable: 'SCALE_NATS_CERT_FILE',
    type: 'text',
    description: 'a certificate (PEM) of this service, for servers that ask for one; read again at each connection',
  },
  natsKeyFile: {
    variable: 'SCALE_NATS_KEY_FILE',
    type: 'text',
    description: 'its key (PEM, not encrypted)',
  },
  name: {
    variable: 'SCALE_WORKER_NAME',
    type: 'special',
    schema: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,100}$/, { error: 'must be 1 to 100 letters, digits, dots, hyphens or underscores' })
      .optional(),
    description: "unique in the cluster: it names a lease's holder",
    range: '1 to 100 letters, digits, dots, hyphens or underscores',
    shownDefault: "the service's role, the machine's name and the process id",
  },
  healthHost: {
    variable: 'SCALE_HEALTH_HOST',
    type: 'text',
    // Health and metrics hold no secret, but to make them reachable from elsewhere (for a probe by Kubernetes) one must say so.
    default: '127.0.0.1',
    description: 'the address at which `/livez`, `/readyz` and `/metrics` are served; in a container: 0.0.0.0',
  },
  healthPort: port('SCALE_HEALTH_PORT', 9090, 'the port of these; several services on one machine need one each'),
  ...everyProcess,
  ackWaitMs: {
    variable: 'SCALE_ACK_WAIT_MS',
    ...whole(1000, 3_600_000),
    unit: 'ms',
    default: 30_000,
    description: 'a job not heard from for this long is given to another worker; all services must have the same value',
  },
} as const satisfies VariableTable;

const dayRule = 'must be such as tokens=5000000,calls=20000,money=20, with any of the three, each above 0';

const dayLimits = z
  .string()
  .transform((text, { addIssue }) => {
    const amount = { tokens: 0, calls: 0, money: 0 };
    for (const part of text.split(',')) {
      const [, kind = '', value = ''] = /^\s*(tokens|calls|money)\s*=\s*([\d_]+(?:\.\d+)?)\s*$/.exec(part) ?? [];
      const count = Number(value.replaceAll('_', ''));
      const isRight = count > 0 && (kind === 'money' ? count <= 1e9 : Number.isSafeInteger(count));
      if (!isRight) addIssue({ code: 'custom', message: dayRule });
      else amount[kind as keyof typeof amount] = count;
    }
    return amount;
  })
  .optional();

function isWebhookUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

export const coordinatorTable = {
  controlHost: {
    variable: 'SCALE_CONTROL_HOST',
    type: 'text',
    // The coordinator controls the cluster: to make it reachable from elsewhere one must say so.
    default: '127.0.0.1',
    description: 'the address at which it listens for the `scale` command',
  },
  controlPort: port('SCALE_CONTROL_PORT', 7070, 'the port at which it listens for it'),
  controlToken: {
    variable: 'SCALE_CONTROL_TOKEN',
    secret: true,
    type: 'special',
    // A token that can be guessed is no protection.
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{16,}$/, { error: 'must be at least 16 characters without spaces' })
      .optional(),
    description: 'a token with the role admin; without any token, anyone who can reach the port may start and end runs',
    range: 'at least 16 characters without spaces',
    shownDefault: 'none',
  },
  controlTokensFile: {
    variable: 'SCALE_CONTROL_TOKENS_FILE',
    type: 'text',
    description: 'a file of [tokens and certificates with their roles](security.md#tokens-and-roles); read again when it changes',
  },
  teamsFile: {
    variable: 'SCALE_TEAMS_FILE',
    type: 'text',
    description: 'a file of [teams and what each may have](sharing.md#teams); read again when it changes',
  },
  controlCertFile: {
    variable: 'SCALE_CONTROL_CERT_FILE',
    type: 'text',
    description: 'its certificate for TLS, in PEM, with any intermediate ones; read again when it changes, as are the next two',
  },
  controlKeyFile: {
    variable: 'SCALE_CONTROL_KEY_FILE',
    type: 'text',
    description: "the certificate's private key, in PEM",
  },
  controlClientCaFile: {
    variable: 'SCALE_CONTROL_CLIENT_CA_FILE',
    type: 'text',
    description: 'the authority whose client certificates are accepted (mutual TLS), in PEM',
  },
  controlPlaintext: {
    variable: 'SCALE_CONTROL_PLAINTEXT',
    type: 'choice',
    choices: ['loopback', 'trusted-network'],
    default: 'loopback',
    description:
      'where it may listen without TLS: on loopback only, or anywhere, since others cannot listen on this network or a mesh encrypts it',
  },
  dayLimits: {
    variable: 'SCALE_DAY_LIMITS',
    type: 'special',
    schema: dayLimits,
    description:
      'what all runs together may spend in a day (UTC), such as `tokens=5000000,calls=20000,money=20`: [limits](limits.md#a-day)',
    range: 'any of tokens, calls and money, each above 0',
    shownDefault: 'no limit',
  },
  controlMessageBytes: {
    variable: 'SCALE_CONTROL_MESSAGE_MB',
    type: 'special',
    schema: z.coerce
      .number({ error: 'must be a whole number from 1 to 1024' })
      .pipe(integer(1, 1024))
      // A benchmark travels in StartRun; HotpotQA's test split is about 10 MB.
      .default(128)
      .transform((megabytes) => megabytes * 1024 ** 2),
    description: 'the largest message of a call, to it and from it; a larger one is refused',
    range: 'whole, 1 to 1,024 MiB',
    shownDefault: '`128`',
  },
  controlCallsPerSecond: {
    variable: 'SCALE_CONTROL_CALLS_PER_SECOND',
    ...whole(1, 100_000),
    default: 200,
    description: 'calls of one client in a second, on average over two; more are refused, and `scale` tries them again',
  },
  controlCallsAtOnce: {
    variable: 'SCALE_CONTROL_CALLS_AT_ONCE',
    ...whole(1, 100_000),
    default: 256,
    description: 'calls and watched runs of one client at once; more are refused, and `scale` tries them again',
  },
  resume: {
    variable: 'SCALE_RESUME',
    type: 'choice',
    choices: ['all', 'requested'],
    default: 'all',
    description: 'continue every unfinished run, or only those that this process is asked for',
  },
  maxInFlight: {
    variable: 'SCALE_MAX_IN_FLIGHT',
    ...whole(1, 100_000),
    default: 256,
    description: 'jobs of one run in flight over all workers, if the run does not say',
  },
  reconcileMs: {
    variable: 'SCALE_RECONCILE_MS',
    ...whole(50, 600_000),
    unit: 'ms',
    default: 5_000,
    description: 'how often it looks for runs that no coordinator drives',
  },
  streamReplicas: {
    variable: 'SCALE_STREAM_REPLICAS',
    ...whole(1, 5),
    default: 1,
    description: 'copies of each stream, on as many NATS servers; all coordinators must have the same value',
  },
  leaseTtlMs: {
    variable: 'SCALE_LEASE_TTL_MS',
    ...whole(500, 600_000),
    unit: 'ms',
    default: 10_000,
    description: "how long a run's lease lasts without renewal; all coordinators must have the same value",
  },
  cacheBytes: {
    variable: 'SCALE_CACHE_MB',
    type: 'special',
    schema: z.coerce
      .number({ error: 'must be a whole number from 1 to 1048576' })
      .pipe(integer(1, 1_048_576))
      .default(256)
      .transform((megabytes) => megabytes * 1024 ** 2),
    description:
      'what the [response cache](endpoints.md#the-response-cache) may hold; the oldest replies go; all coordinators must have the same value',
    range: 'whole, 1 to 1,048,576 MiB',
    shownDefault: '`256`',
  },
  cacheMaxAgeMs: {
    variable: 'SCALE_CACHE_DAYS',
    type: 'special',
    schema: z.coerce
      .number({ error: 'must be a number from 0.01 to 3650' })
      .pipe(decimal(0.01, 3650))
      .default(30)
      .transform((days) => Math.round(days * 86_400_000)),
    description: 'how long it keeps a reply; all coordinators must have the same value',
    range: '0.01 to 3650 days',
    shownDefault: '`30`',
  },
  scalerHost: {
    variable: 'SCALE_SCALER_HOST',
    type: 'text',
    default: '127.0.0.1',
    description: 'the address at which it answers [KEDA](autoscaling.md)',
  },
  scalerPort: {
    variable: 'SCALE_SCALER_PORT',
    type: 'special',
    schema: z.coerce.number({ error: portRule }).pipe(integer(0, 65_535)).optional(),
    description: 'the port at which it does, 7071 by habit',
    range: 'a port; 0: any free one',
    shownDefault: 'none: it does not',
  },
  scalerPlaintext: {
    variable: 'SCALE_SCALER_PLAINTEXT',
    type: 'choice',
    choices: ['loopback', 'trusted-network'],
    default: 'loopback',
    description:
      'where it may answer without TLS: on loopback only, or anywhere, even if the control API has TLS: it tells numbers of replicas only',
  },
  webhookUrl: {
    variable: 'SCALE_WEBHOOK_URL',
    type: 'special',
    schema: z
      .string()
      .refine(isWebhookUrl, {
        error: 'must be an address such as https://hooks.example.org/scale, without a user and a password',
      })
      .optional(),
    description: 'an address that is [told](webhooks.md) when a run or a sweep has ended, failed or been paused',
    range: 'an https address; http with the last of these settings',
    shownDefault: 'none',
  },
  webhookSecret: {
    variable: 'SCALE_WEBHOOK_SECRET',
    secret: true,
    type: 'special',
    schema: z
      .string()
      .regex(/^[\x21-\x7e]{16,}$/, { error: 'must be at least 16 characters without spaces' })
      .optional(),
    description: 'what its notes are signed with; needed where there is an address',
    range: 'at least 16 characters without spaces',
    shownDefault: 'none',
  },
  webhookPrivate: {
    variable: 'SCALE_WEBHOOK_PRIVATE',
    type: 'flag',
    default: false,
    description: 'it may be at an address of this machine or of a private network, and be http',
  },
  endpointsFile: {
    variable: 'SCALE_ENDPOINTS_FILE',
    type: 'text',
    description:
      "[the cluster's own endpoints](#the-clusters-endpoints), as the workers have it: by their limits KEDA's answers are capped",
  },
} as const satisfies VariableTable;

const originsRule = 'must be addresses such as https://scale.example.org, separated by commas, without a path';

const origins = z
  .string()
  .default('')
  .transform((text, context) => {
    const given = text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim().replace(/\/$/, '')]));
    const isOrigin = (each: string) => /^https?:\/\//.test(each) && URL.parse(each)?.origin === each.toLowerCase();
    if (given.every(isOrigin)) return given.map((each) => each.toLowerCase());
    context.addIssue(originsRule);
    return z.NEVER;
  });

/** Of the web page, beside how it reaches the coordinator: that is as for the `scale` command. */
export const dashboardTable = {
  host: {
    variable: 'SCALE_DASHBOARD_HOST',
    type: 'text',
    default: '127.0.0.1',
    description: 'the address at which pages are served',
  },
  port: port('SCALE_DASHBOARD_PORT', 7080, 'the port at which they are'),
  server: {
    variable: 'SCALE_SERVER',
    type: 'special',
    schema: z
      .string()
      .regex(/^(?:tls:\/\/)?(?:[^:/]+|\[[^\]/]+\]):\d{1,5}$/, { error: 'must be host:port, or tls://host:port' })
      .optional(),
    description: 'the coordinator',
    range: 'host:port, or tls://host:port',
    shownDefault: 'none: the command that has started it says where',
  },
  token: {
    variable: 'SCALE_CONTROL_TOKEN',
    secret: true,
    type: 'special',
    schema: z.string().optional(),
    description:
      'its own token, best with the role read: with one, whoever reaches the page may look; without, everybody signs in',
    range: 'one line',
    shownDefault: 'none',
  },
  origins: {
    variable: 'SCALE_DASHBOARD_ORIGINS',
    type: 'special',
    schema: origins,
    description:
      'where browsers find the page beside `http://localhost`, such as `https://scale.example.org` of the proxy before it; other names are refused',
    range: 'addresses without a path, separated by commas',
    shownDefault: 'none',
  },
  plaintext: {
    variable: 'SCALE_DASHBOARD_PLAINTEXT',
    type: 'choice',
    choices: ['loopback', 'trusted-network'],
    default: 'loopback',
    description: 'where it may listen: on loopback only, or anywhere, since a proxy on a network of its own ends TLS before it',
  },
  signIn: {
    variable: 'SCALE_DASHBOARD_SIGN_IN',
    type: 'choice',
    choices: ['token', 'link'],
    default: 'token',
    description: 'with a token of the cluster; or, as `scale dashboard` has it, by a link that can be opened once',
  },
  healthHost: serviceTable.healthHost,
  healthPort: serviceTable.healthPort,
  ...everyProcess,
} as const satisfies VariableTable;

const keyBindings = z.string().transform((value, context) => {
  const bindings = parseKeyBindings(value);
  if (bindings !== undefined) return bindings;
  context.addIssue('must be bindings such as MY_KEY=https://gpu-1:8000/v1, separated by spaces');
  return z.NEVER;
});

/** Of executors and predictors. */
export const workerTable = {
  slots: {
    variable: 'SCALE_SLOTS',
    ...whole(1, 4096),
    default: 32,
    description: 'jobs at once',
  },
  endpointKeys: {
    variable: 'SCALE_ENDPOINT_KEYS',
    type: 'special',
    schema: keyBindings.default([]),
    description: 'which [keys](security.md) may be sent where: `MY_KEY=https://gpu-1:8000/v1`',
    range: 'pairs, separated by spaces',
    shownDefault: 'none',
  },
  endpointKeysFile: {
    variable: 'SCALE_ENDPOINT_KEYS_FILE',
    type: 'text',
    description: 'a file with more of them, read again for each new address',
  },
  endpointsFile: {
    variable: 'SCALE_ENDPOINTS_FILE',
    type: 'text',
    description: "[the cluster's own endpoints](#the-clusters-endpoints) by model; read again when it changes",
  },
} as const satisfies VariableTable;

export const predictorTable = { ...workerTable, slots: { ...workerTable.slots, default: 4 } } as const satisfies VariableTable;

/** How the programs that models write are run. */
export const sandboxTable = {
  minIsolation: {
    variable: 'SCALE_SANDBOX_MIN_ISOLATION',
    type: 'choice',
    choices: isolationLevels,
    default: 'plain',
    description: 'an executor refuses to start below it',
  },
  python: {
    variable: 'SCALE_SANDBOX_PYTHON',
    type: 'special',
    schema: text().optional(),
    description: 'the interpreter: Python 3.10 or newer, with its whole standard library',
    range: 'a path',
    shownDefault: 'the first in PATH that works',
  },
  packages: {
    variable: 'SCALE_SANDBOX_PACKAGES',
    type: 'special',
    schema: text().optional(),
    description: 'a folder of more packages that programs may import, readable by any user and not in `/tmp`',
    range: 'a path',
    shownDefault: 'none',
  },
  memoryLimitBytes: {
    variable: 'SCALE_SANDBOX_MEMORY_MB',
    type: 'special',
    schema: z.coerce
      .number({ error: 'must be a whole number from 64 to 1048576' })
      .pipe(integer(64, 1_048_576))
      .default(1024)
      .transform((megabytes) => megabytes * 1024 ** 2),
    description: 'address space of a program',
    range: 'whole, 64 to 1,048,576 MiB',
    shownDefault: '`1024`',
  },
} as const satisfies VariableTable;

export const simulatorTable = {
  host: { variable: 'SCALE_SIMULATOR_HOST', type: 'text', default: '127.0.0.1', description: 'the address at which it listens' },
  port: port('SCALE_SIMULATOR_PORT', 8000, 'the port at which it listens'),
  seed: {
    variable: 'SCALE_SIMULATOR_SEED',
    ...wholeFrom(0),
    default: 1,
    description: 'the same seed gives the same answers',
  },
  firstTokenMs: {
    variable: 'SCALE_SIMULATOR_FIRST_TOKEN_MS',
    ...whole(0, 600_000),
    unit: 'ms',
    // Quick, so that demos are.
    default: 2,
    description: 'wait before the first token, of the fixed latency',
  },
  tokensPerSecond: {
    variable: 'SCALE_SIMULATOR_TOKENS_PER_SECOND',
    ...whole(0, 1_000_000),
    default: 20_000,
    description: 'of one reply, of the fixed latency; 0: without any wait',
  },
  maxSequences: {
    variable: 'SCALE_SIMULATOR_MAX_SEQUENCES',
    ...whole(1, 100_000),
    // The same as vLLM's default max_num_seqs.
    default: 256,
    description: 'requests answered at once; the others wait in order',
  },
  maxQueued: {
    variable: 'SCALE_SIMULATOR_MAX_QUEUED',
    ...whole(0, 1_000_000),
    default: 1_000_000,
    description: 'requests that may wait; more are refused with the status 429',
  },
  engine: {
    variable: 'SCALE_SIMULATOR_ENGINE',
    type: 'choice',
    choices: ['fixed', 'vllm'],
    default: 'fixed',
    description: 'a fixed latency, or [a model of vLLM](simulated-model.md#an-engine-like-vllms), which the next seven describe',
  },
  batchedTokens: {
    variable: 'SCALE_SIMULATOR_BATCHED_TOKENS',
    ...whole(1, 10_000_000),
    default: 8192,
    description: 'tokens of one step, prompts and decoding together: `max_num_batched_tokens`',
  },
  kvBlocks: {
    variable: 'SCALE_SIMULATOR_KV_BLOCKS',
    ...whole(1, 10_000_000),
    default: 22_000,
    description: 'blocks of 16 tokens in the KV cache; a call that needs more is refused',
  },
  stepMs: {
    variable: 'SCALE_SIMULATOR_STEP_MS',
    ...above(0, 60_000),
    unit: 'ms',
    default: 7,
    description: 'time of any step',
  },
  prefillMs: {
    variable: 'SCALE_SIMULATOR_PREFILL_MS',
    ...between(0, 60_000),
    unit: 'ms',
    default: 0.03,
    description: 'more for each prompt token in it',
  },
  decodeMs: {
    variable: 'SCALE_SIMULATOR_DECODE_MS',
    ...between(0, 60_000),
    unit: 'ms',
    default: 0.05,
    description: 'more for each sequence that decodes in it',
  },
  asyncScheduling: {
    variable: 'SCALE_SIMULATOR_ASYNC_SCHEDULING',
    type: 'flag',
    default: true,
    description: "each step is decided when the one before it begins, as by vLLM's default, `--async-scheduling`",
  },
  speed: {
    variable: 'SCALE_SIMULATOR_SPEED',
    ...above(0, 1_000_000),
    default: 1,
    description: 'how many times faster all that goes',
  },
  faults: {
    variable: 'SCALE_SIMULATOR_FAULTS',
    type: 'text',
    default: '',
    description: 'shares of calls that go wrong, such as `429:0.05,hang:0.01`; [the kinds](simulated-model.md#faults)',
  },
  accessLog: {
    variable: 'SCALE_SIMULATOR_ACCESS_LOG',
    type: 'text',
    default: '',
    description: 'a file that gets one line of JSON per finished call: job, call, model, tokens',
  },
  refusalLog: {
    variable: 'SCALE_SIMULATOR_REFUSAL_LOG',
    type: 'text',
    default: '',
    description: 'a file that gets one line of JSON per call that was answered with an error',
  },
  benchmarkFiles: {
    variable: 'SCALE_SIMULATOR_BENCHMARKS',
    type: 'special',
    schema: text()
      .default('')
      .transform((files) => files.split(delimiter).filter((file) => file !== '')),
    description: 'benchmark files of users, whose queries it should know too; `scale run` names its own',
    range: 'paths, separated as in `PATH`',
    shownDefault: '',
  },
  ...everyProcess,
} as const satisfies VariableTable;
