import { z } from 'zod';
import type { ClientTls } from '../shared/control-client/channel.ts';
import { type ControlClient, connectControl } from '../shared/control-client/control-client.ts';
import { AnswerError } from './answer-error.ts';
import type { ClusterKind, ClusterLink } from './cluster-link.ts';

/** Where the coordinator is, and what to show it. */
export interface ClusterPlace {
  readonly address: string;
  /** The dashboard's own. Undefined: whoever looks must show one. */
  readonly token?: string | undefined;
  readonly tls?: ClientTls | undefined;
  readonly kind: ClusterKind;
  readonly name: string;
}

/** There is no cluster, since nothing was ever run. */
export interface NoRuns {
  readonly kind: 'empty';
  /** A sentence, with what to do. */
  readonly why: string;
}

export interface OpenClusterLink extends ClusterLink {
  /** From now on it is this one; or, with a sentence, none. */
  move(to: ClusterPlace | NoRuns | string): void;
  close(): void;
}

/** @param first a sentence: there is none yet, and why */
export function openClusterLink(first: ClusterPlace | string, name = ''): OpenClusterLink {
  const listeners = new Set<() => void>();
  let place: ClusterPlace | undefined;
  let trouble: string | undefined;
  let isEmpty = false;
  let client: ControlClient | undefined;
  let era = 0;
  const set = (to: ClusterPlace | NoRuns | string): void => {
    client?.close();
    client = undefined;
    era += 1;
    isEmpty = typeof to !== 'string' && to.kind === 'empty';
    place = typeof to === 'string' || to.kind === 'empty' ? undefined : to;
    trouble = typeof to === 'string' ? to : to.kind === 'empty' ? to.why : undefined;
    if (place !== undefined) client = connectControl(place.address, { token: place.token, tls: place.tls });
  };
  const away = () => new AnswerError('unreachable', 503, trouble ?? 'the cluster is away', { headers: { 'retry-after': '1' } });
  set(first);
  return {
    get kind() {
      return place?.kind ?? 'reading';
    },
    get name() {
      return place?.name ?? name;
    },
    get trouble() {
      return trouble;
    },
    get isEmpty() {
      return isEmpty;
    },
    get era() {
      return era;
    },
    client() {
      if (client === undefined) throw away();
      return client;
    },
    clientOf(token) {
      if (place === undefined) throw away();
      return connectControl(place.address, { token, tls: place.tls });
    },
    onChange(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    move(to) {
      set(to);
      for (const changed of listeners) changed();
    },
    close: () => client?.close(),
  };
}

/** The message by which a parent says where the cluster is now: the one of a machine has another address each time. */
const fromParent = z.object({
  type: z.literal('cluster'),
  place: z.union([
    z.string(),
    z.object({ kind: z.literal('empty'), why: z.string() }),
    z.object({
      ...{ address: z.string(), token: z.string().optional(), name: z.string() },
      kind: z.enum(['machine', 'reading', 'server']),
    }),
  ]),
});

/** Follows what the parent of this process says. */
export function followParent(link: OpenClusterLink, source: NodeJS.Process = process): void {
  source.on('message', (received: unknown) => {
    const parsed = fromParent.safeParse(received);
    if (parsed.success) link.move(parsed.data.place);
  });
}
