import { z } from 'zod';
import { whole } from '../../../domain/settings/number-rules.ts';
import { decimal, integer } from '../../settings/rules.ts';
import type { VariableTable } from '../../settings/variable-table.ts';
import { namedAmounts } from './named-amounts.ts';
import { port, portRule } from './port.ts';
import { retentionTable } from './retention-table.ts';

const dayRule = 'must be such as tokens=5000000,calls=20000,money=20, with any of the three, each once and above 0';

const dayLimits = z
  .string()
  .transform((text, { addIssue }) => {
    const amounts = namedAmounts(text, ['tokens', 'calls', 'money']);
    const { tokens = 0, calls = 0, money = 0 } = amounts ?? {};
    const isRight = amounts !== undefined && [tokens, calls].every(Number.isSafeInteger) && money <= 1e9;
    if (!isRight) addIssue({ code: 'custom', message: dayRule });
    return { tokens, calls, money };
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
    description: 'the port at which it does, 7071 by convention',
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
  ...retentionTable,
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
