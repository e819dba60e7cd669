import type { JobKind } from './bus.ts';
import { allSubjects } from './stream-declarations.ts';
import { type StreamName, streams, subjects, type TalkSide } from './subjects-and-streams.ts';

/** What each service does on NATS, and the permissions that follow from it: no more than it needs. */

/** The services of a cluster, which work with its streams. */
export const natsRoles = ['coordinator', 'executor', 'predictor'] as const;

/** All that have a user of their own: those, and `scale serve` where executors answer. */
export const natsUsers = [...natsRoles, 'serve'] as const;

/** A service as NATS knows it: the name of its user, too. */
export type NatsRole = (typeof natsUsers)[number];

/** Patterns of subjects, as nats-server has them in the permissions of a user. */
export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** What a service does with a stream: the requests of JetStream that its adapters send, and the messages. */
type Use =
  /** Looks at its configuration and state. */
  | 'look'
  | 'read'
  /** Reads on and on, through a consumer of its own. */
  | 'follow'
  /** The same, of every message of the stream. */
  | 'follow-all'
  | 'write'
  | 'purge'
  /** Makes it, and changes its settings. */
  | 'declare';

type Uses = Partial<Readonly<Record<StreamName, readonly Use[]>>>;

const api = '$JS.API';

const requests: Readonly<Record<Use, (stream: StreamName) => readonly string[]>> = {
  look: (stream) => [`${api}.STREAM.INFO.${stream}`],
  read: (stream) => [`${api}.STREAM.MSG.GET.${stream}`],
  follow: (stream) => [...allSubjects(stream).map((each) => `${api}.CONSUMER.CREATE.${stream}.*.${each}`), ...consumerOf(stream)],
  'follow-all': (stream) => [`${api}.CONSUMER.CREATE.${stream}.*`, ...consumerOf(stream)],
  write: (stream) => allSubjects(stream),
  purge: (stream) => [`${api}.STREAM.PURGE.${stream}`],
  declare: (stream) => [`${api}.STREAM.CREATE.${stream}`, `${api}.STREAM.UPDATE.${stream}`],
};

/** The last two also after a gap in the connection, when the client looks for its consumer and makes another. */
function consumerOf(stream: StreamName): string[] {
  return ['MSG.NEXT', 'INFO', 'DELETE'].map((verb) => `${api}.CONSUMER.${verb}.${stream}.*`);
}

/** Which streams there are. */
const streamNames = `${api}.STREAM.NAMES`;

/** Blobs are read as NATS's object stores are: pushed, with signals that slow the server down. */
const readBlobs = [
  `${api}.CONSUMER.CREATE.${streams.blobs}.*.${subjects.blobChunks('*')}`,
  `${api}.CONSUMER.DELETE.${streams.blobs}.*`,
  `$JS.FC.${streams.blobs}.>`,
];

/** Servers from 2.15 on can be told to put a domain and an account before the stream; no server does so by itself (2.15.3). */
const acknowledge = `$JS.ACK.${streams.jobs}.>`;

const everyService: NatsPermissions = {
  // Which permissions it has.
  publish: ['$SYS.REQ.USER.INFO'],
  subscribe: [],
};

const coordinatorUses: Uses = {
  [streams.jobs]: ['declare', 'look', 'read', 'write', 'purge'],
  // Results and finished calls are written by workers; by a coordinator where it restores a backup.
  [streams.results]: ['declare', 'look', 'read', 'follow', 'follow-all', 'write', 'purge'],
  [streams.events]: ['declare', 'look', 'read', 'follow', 'follow-all', 'write', 'purge'],
  [streams.sweeps]: ['declare', 'look', 'read', 'follow', 'follow-all', 'write'],
  [streams.journal]: ['declare', 'look', 'read', 'follow-all', 'write', 'purge'],
  [streams.spending]: ['declare', 'look', 'read', 'follow', 'write', 'purge'],
  [streams.memory]: ['declare', 'look', 'read', 'follow-all', 'write', 'purge'],
  [streams.responses]: ['declare', 'look', 'purge'],
  [streams.dead]: ['declare', 'look', 'read', 'purge'],
  [streams.audit]: ['declare', 'look', 'read', 'follow', 'write'],
  [streams.runs]: ['declare', 'look', 'read', 'follow', 'write', 'purge'],
  [streams.leases]: ['declare', 'look', 'read', 'write'],
  [streams.slots]: ['declare', 'look'],
  [streams.budgets]: ['declare', 'look', 'read', 'follow', 'write'],
  [streams.blobs]: ['declare', 'look', 'read', 'write', 'purge'],
};

const coordinator: NatsPermissions = {
  publish: [
    ...ofUses(coordinatorUses),
    streamNames,
    ...readBlobs,
    // The lanes of the queue.
    ...[
      `${api}.CONSUMER.CREATE.${streams.jobs}.*.${subjects.allJobs}`,
      `${api}.CONSUMER.INFO.${streams.jobs}.*`,
      `${api}.CONSUMER.DELETE.${streams.jobs}.*`,
    ],
  ],
  subscribe: [subjects.allTroubles, subjects.workers],
};

/** Neither the log nor memory: a worker reads runs, pauses one that a person must mend, and writes what came of it. */
const workerUses: Uses = {
  [streams.jobs]: ['look', 'read'],
  [streams.results]: ['look', 'read', 'write'],
  [streams.journal]: ['look', 'read', 'write'],
  [streams.spending]: ['look', 'write'],
  [streams.responses]: ['look', 'read', 'write'],
  [streams.dead]: ['look'],
  [streams.runs]: ['look', 'read', 'follow', 'write'],
  // Who leads a run: jobs that its leader calls new need no look for what came of them before.
  [streams.leases]: ['look', 'read'],
  [streams.slots]: ['look', 'read', 'follow', 'write'],
  [streams.budgets]: ['look', 'read', 'follow', 'write'],
  [streams.blobs]: ['look', 'read', 'write'],
};

/** What `scale serve` asks executors about. */
export const answersTopic = 'answers';

/** Each side of a talk sends to the other's subjects, and hears its own. */
function talks(own: TalkSide, other: TalkSide): NatsPermissions {
  return { publish: [subjects.talkSide(other, '*', '*')], subscribe: [subjects.talkSide(own, '*', '*')] };
}
const asking = talks('asker', 'asked');
const asked = talks('asked', 'asker');

function worker(kinds: readonly JobKind[]): NatsPermissions {
  return {
    publish: [
      ...ofUses(workerUses),
      streamNames,
      ...readBlobs,
      // Lanes are named by one token each, which cannot be matched in part: so a worker may pull from lanes of any kind.
      ...[`${api}.CONSUMER.MSG.NEXT.${streams.jobs}.*`, `${api}.CONSUMER.INFO.${streams.jobs}.*`, acknowledge],
      ...kinds.map((kind) => subjects.dead(subjects.jobsOfKind(kind))),
      ...[subjects.allTroubles, subjects.workers],
    ],
    subscribe: [],
  };
}

/** It runs workflows on queries of no run, for whoever serves them. */
const executor: NatsPermissions = {
  publish: [...worker(['execute']).publish, ...asked.publish],
  subscribe: [subjects.talkOffer(answersTopic), ...asked.subscribe],
};

/** Nothing that is stored: it talks with executors. */
const serve: NatsPermissions = { publish: [subjects.talkOffer(answersTopic), ...asking.publish], subscribe: asking.subscribe };

const ofRole: Readonly<Record<NatsRole, { readonly uses: Uses; readonly permissions: NatsPermissions }>> = {
  coordinator: { uses: coordinatorUses, permissions: coordinator },
  executor: { uses: workerUses, permissions: executor },
  predictor: { uses: workerUses, permissions: worker(['predict', 'propose']) },
  serve: { uses: {}, permissions: serve },
};

/**
 * What a service needs, sorted; without a role, what all of them need together. Answers come to an inbox that only its own role
 * may listen to.
 */
export function permissionsOf(role: NatsRole | undefined): NatsPermissions {
  const all = [everyService, ...(role === undefined ? natsUsers : [role]).map((each) => ofRole[each].permissions)];
  return {
    publish: [...new Set(all.flatMap(({ publish }) => publish))].sort(),
    subscribe: [...new Set([...all.flatMap(({ subscribe }) => subscribe), `${inboxPrefixOf(role)}.>`])].sort(),
  };
}

export function inboxPrefixOf(role: NatsRole | undefined): string {
  return role === undefined ? '_INBOX' : `_INBOX_${role}`;
}

/** The streams that a service works with. */
export function streamsOf(role: NatsRole | undefined): readonly StreamName[] {
  return role === undefined ? Object.values(streams) : (Object.keys(ofRole[role].uses) as StreamName[]);
}

/** Whether it makes the streams that are missing. The others wait for them. */
export function declaresStreams(role: NatsRole | undefined): boolean {
  return role === undefined || role === 'coordinator';
}

/** Removing messages from a stream. */
export function mayPurge(role: NatsRole | undefined, stream: StreamName): boolean {
  return role === undefined || (ofRole[role].uses[stream]?.includes('purge') ?? false);
}

function ofUses(uses: Uses): string[] {
  return Object.entries(uses).flatMap(([stream, each]) => each.flatMap((use) => requests[use](stream as StreamName)));
}
