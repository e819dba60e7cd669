import { z } from 'zod';
import { whole } from '../../../domain/settings/number-rules.ts';
import { text } from '../../settings/rules.ts';
import type { VariableTable } from '../../settings/variable-table.ts';
import { everyProcess } from './every-process.ts';
import { port } from './port.ts';

/**
 * Every setting of a service, by its name in the code: the environment variable, what it may be, its default and a sentence.
 * Checks, types and the tables in docs/services.md come from here. To add one: an entry, and the code that uses it.
 */

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

/** What coordinators, executors and predictors have in common. */
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
