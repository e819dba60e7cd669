import { z } from 'zod';
import type { VariableTable } from '../../settings/variable-table.ts';
import { everyProcess } from './every-process.ts';
import { port } from './port.ts';
import { serviceTable } from './service-table.ts';

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
