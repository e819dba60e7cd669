import { z } from 'zod';
import { decimal, integer, text, written } from '../../settings/rules.ts';

/** One server of an endpoint. */
export interface EndpointAddress {
  readonly url: string;
  /** Most calls in flight there, from all workers together; absent: the endpoint's. */
  readonly max_concurrency?: number | undefined;
  /** Its part of the calls beside the others'; absent: 1. */
  readonly weight?: number | undefined;
}

const rule = 'must be an http or https address such as http://gpu-1:8000/v1';
const mostServers = 256;

/** `base_url` of an endpoint: an address, or a list of addresses, each alone or with a limit and a weight of its own. */
export function addresses() {
  const schema = z.unknown().transform((given, context): readonly EndpointAddress[] => {
    const read = Array.isArray(given) ? list.safeParse(given.map(withUrl)) : address().safeParse(given);
    if (!read.success) {
      context.issues.push(
        ...read.error.issues.map((issue) => ({
          code: 'custom' as const,
          input: given,
          message: issue.message,
          path: pathOf(issue.path),
        })),
      );
      return z.NEVER;
    }
    return typeof read.data === 'string' ? [{ url: read.data }] : read.data;
  });
  return written(schema, { only: { anyOf: [addressForm, listForm] } });
}

const addressForm = { type: 'string', pattern: '^https?://' };
const listForm = {
  ...{ type: 'array', minItems: 1, maxItems: mostServers },
  items: {
    anyOf: [
      addressForm,
      {
        ...{ type: 'object', required: ['url'], additionalProperties: false },
        properties: {
          url: addressForm,
          max_concurrency: { type: 'integer', minimum: 1, maximum: 10_000 },
          weight: { type: 'number', exclusiveMinimum: 0, maximum: 1_000 },
        },
      },
    ],
  },
};

function withUrl(server: unknown): unknown {
  return typeof server === 'string' ? { url: server } : server;
}

/** A server that is given as an address alone is that element of the list. */
function pathOf(path: readonly PropertyKey[]): PropertyKey[] {
  return path.filter((key) => key !== 'url');
}

const list = z
  .array(
    z.strictObject(
      { url: address(), max_concurrency: integer(1, 10_000).optional(), weight: decimal(0, 1_000, { above: true }).optional() },
      { error: `${rule}, or { url, max_concurrency, weight }` },
    ),
  )
  .min(1, { error: 'must name a server' })
  .max(mostServers, { error: `must name at most ${mostServers} servers` })
  .superRefine((servers, context) => {
    for (const [index, { url }] of servers.entries()) {
      const first = servers.findIndex((other) => withoutSlash(other.url) === withoutSlash(url));
      if (first < index)
        context.addIssue({ code: 'custom', message: `is the same server as an earlier one, ${url}`, path: [index] });
    }
  });

/** Of OpenAI's APIs, Anthropic's and Ollama's own. */
const callPath = /\/(?:(?:chat\/)?completions|responses|messages|v1\/models|embeddings|api\/(?:chat|generate|tags))\/*$/;

function address() {
  return text(rule)
    .refine(isWebAddress, { error: `${rule}, without user name, password or a query other than api-version`, abort: true })
    .refine((given) => !callPath.test(new URL(given).pathname), {
      error: 'must end before the path of a call, as in http://gpu-1:8000/v1',
      abort: true,
    })
    .refine((given) => !/\/v1\/+v1\/*$/.test(new URL(given).pathname), { error: 'must have /v1 once' });
}

function isWebAddress(text: string): boolean {
  // A call's path is put behind it. Sockets of Unix are no web addresses.
  if (!URL.canParse(text) || text !== text.trim() || /^https?:\/\/unix:\//i.test(text)) return false;
  const { protocol, username, password, searchParams, hash } = new URL(text);
  // Azure wants it there; any other may be a secret.
  const isPublic = [...searchParams.keys()].every((name) => name === 'api-version');
  return /^https?:$/.test(protocol) && `${username}${password}${hash}` === '' && isPublic;
}

export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
