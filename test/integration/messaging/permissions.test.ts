import { connect, errors } from 'nats';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mapAtOnce } from '../../../services/shared/lifecycle/map-at-once.ts';
import { openNatsAccess } from '../../../services/shared/messaging/access/nats-access.ts';
import { natsAccounts } from '../../../services/shared/messaging/access/nats-accounts.ts';
import { covers, watchGrants } from '../../../services/shared/messaging/access/nats-grants.ts';
import type { Delivery } from '../../../services/shared/messaging/bus.ts';
import { connectTalks } from '../../../services/shared/messaging/connect-talks.ts';
import { type BusSettings, connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import {
  answersTopic,
  inboxPrefixOf,
  type NatsPermissions,
  type NatsRole,
  natsRoles,
  natsUsers,
  permissionsOf,
} from '../../../services/shared/messaging/nats-permissions.ts';
import { runLease } from '../../../services/shared/messaging/run-lease.ts';
import type { Talks } from '../../../services/shared/messaging/talks.ts';
import { findNatsServer } from '../../../services/shared/toolchain/find-nats-server.ts';
import { createNewDeliveries } from '../../../services/shared/worker/delivery/new-deliveries.ts';
import { executeJob, newRunId } from '../../support/bus-messages.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { doEverythingOnBus } from '../../support/everything-on-the-bus.ts';
import { type NatsNode, startNatsNode } from '../../support/nats-node.ts';
import { deployedAccounts, filesOf, startSecuredNats } from '../../support/secured-nats.ts';

const logger = pino({ level: 'silent' });

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates[Symbol.asyncDispose]());

const connectAs = (node: NatsNode, role: NatsRole, more: Partial<BusSettings> = {}) =>
  connectBus({
    ...{ servers: [node.url], role, files: filesOf(certificates, role), name: role, logger, deadlineMs: 30_000 },
    ...more,
  });

test('deploy/nats/accounts.conf is what the code makes of its subjects and streams', () => {
  expect(deployedAccounts).toBe(natsAccounts());
});

/** Administrator's deeds, which no service may do. */
const beyondAll: readonly string[] = [
  ...['RESULTS', 'EVENTS', 'JOBS', 'KV_runs'].map((stream) => `$JS.API.STREAM.DELETE.${stream}`),
  ...['SWEEPS', 'AUDIT', 'KV_leases'].map((stream) => `$JS.API.STREAM.PURGE.${stream}`),
  ...['$JS.API.STREAM.MSG.DELETE.EVENTS', '$JS.API.STREAM.LIST', '$JS.API.ACCOUNT.PURGE.SCALE', '$SYS.REQ.SERVER.PING'],
];

describe('with the accounts of deploy/nats', () => {
  let node: NatsNode;
  let used: Map<NatsRole, Used>;
  beforeAll(async () => {
    node = await startSecuredNats({ certificates, more: 'trace: true\nmax_traced_msg_len: 64' });
    await doEverything(node);
    used = usedSubjects(await node.log());
  });
  afterAll(() => node.kill());

  test('services may do all that they do', async () => {
    expect((await node.log()).match(/.*Violation.*/g) ?? []).toEqual([]);
  });

  test.each(natsUsers)('%s needs each of its permissions: without it, something that it does would be refused', (role) => {
    const { publish, subscribe } = permissionsOf(role);
    const idle = [
      ...idlePatterns(publish, used.get(role)?.publish ?? []),
      ...idlePatterns(subscribe, used.get(role)?.subscribe ?? []),
    ];
    expect(idle).toEqual(rarelyUsed(role));
  });

  test.each(natsUsers)('%s may do nothing that only others need, and hears nothing of theirs', async (role) => {
    const own = permissionsOf(role);
    const others = natsUsers.filter((other) => other !== role).map(permissionsOf);
    const foreign = (verb: 'publish' | 'subscribe') =>
      [...new Set(others.flatMap((other) => other[verb]))].filter((pattern) => !own[verb].some((mine) => covers(mine, pattern)));
    const publish = [...foreign('publish'), ...beyondAll].map(oneOf);
    const subscribe = [...foreign('subscribe'), '>', '_INBOX.>', 'events.v1.>', '$JS.API.>'];
    if (role !== 'coordinator') expect(publish).toEqual(expect.arrayContaining(['events.v1.x', '$KV.leases.x', 'memory.v1.x']));
    else expect(publish).toEqual(expect.arrayContaining(['responses.v1.x', '$KV.slots.x', '$JS.API.CONSUMER.MSG.NEXT.JOBS.x']));
    expect(await refusedTo(node, role, { publish, subscribe })).toEqual({ publish: publish.sort(), subscribe: subscribe.sort() });
  });
});

test('a worker believes the leader of a run that a job is new, which spares two looks a job', async () => {
  const node = await startSecuredNats({ certificates });
  const [coordinator, ...workers] = await Promise.all(natsRoles.map((role) => connectAs(node, role)));
  const runId = newRunId();
  const lease = await coordinator?.leases.acquire(runLease(runId), 'here');
  const job = { ...executeJob(runId, 'j1'), newUnder: lease?.id ?? '' };
  const believed = workers.map((worker) =>
    createNewDeliveries(worker, () => undefined)(() => true)({ job, isFirst: true } as Delivery),
  );
  expect(await Promise.all(believed)).toEqual([true, true]);
  await Promise.all([coordinator, ...workers].map((bus) => bus?.close()));
  await node.kill();
});

test('a service that lacks a permission says which, for every one of them', async () => {
  const lacking = natsUsers.flatMap((role) => {
    const { publish, subscribe } = permissionsOf(role);
    return [
      ...publish.map((pattern) => ({ role, verb: 'publish' as const, pattern })),
      ...subscribe.map((pattern) => ({ role, verb: 'subscribe' as const, pattern })),
    ];
  });
  const users = lacking.map(({ role, verb, pattern }, index) => {
    const { publish, subscribe } = permissionsOf(role);
    // An empty list would allow everything.
    const rules = (list: readonly string[], of: typeof verb) =>
      `${of}: { allow: ${JSON.stringify([...list.filter((each) => of !== verb || each !== pattern), 'nothing'])} }`;
    return `{ user: u${index}, password: p, permissions: { ${rules(publish, 'publish')}, ${rules(subscribe, 'subscribe')} } }`;
  });
  const { path: binary } = await findNatsServer({ environment: process.env });
  const node = await startNatsNode({
    binary,
    name: 'lacking',
    configuration: `accounts { A { users: [ ${users.join('\n')} ] } }`,
  });
  await node.ready();
  const said = await mapAtOnce([...lacking.entries()], 16, async ([index, { role }]) => {
    const connection = await connect({ servers: node.url, user: `u${index}`, pass: 'p', inboxPrefix: inboxPrefixOf(role) });
    const onUp = () => () => undefined;
    const watching = watchGrants({ connection, role, user: `user "u${index}"`, logger, onUp });
    const missing = await watching.then(
      (grants) => grants.missing(),
      (error: Error) => error.message,
    );
    await watching.then(
      (grants) => grants.stop(),
      () => undefined,
    );
    await connection.close();
    return missing;
  });
  await node.kill();
  const fault = lacking.filter(({ verb, pattern }, index) => {
    return !said[index]?.includes(`does not let user "u${index}" ${verb} to ${JSON.stringify(pattern)}, which`);
  });
  expect(fault).toEqual([]);
  expect(lacking.length).toBeGreaterThan(150);
});

/** A subject that the pattern matches. */
function oneOf(pattern: string): string {
  return pattern.replaceAll('*', 'x').replaceAll('>', 'x');
}

/** What of all that the server refuses, to a client that just tries. */
async function refusedTo(node: NatsNode, role: NatsRole, tried: NatsPermissions): Promise<NatsPermissions> {
  const access = openNatsAccess([node.url], filesOf(certificates, role), logger);
  const connection = await connect({ servers: node.url, inboxPrefix: inboxPrefixOf(role), ...access.options(true) });
  const refused = { publish: new Set<string>(), subscribe: new Set<string>() };
  const listening = (async () => {
    for await (const status of connection.status()) {
      if (status.type !== 'error' || !(status.error instanceof errors.PermissionViolationError)) continue;
      refused[status.error.operation === 'publish' ? 'publish' : 'subscribe'].add(status.error.subject);
    }
  })();
  for (const subject of tried.publish) connection.publish(subject);
  for (const subject of tried.subscribe) connection.subscribe(subject, { callback: () => undefined });
  await connection.flush();
  await connection.flush();
  await connection.close();
  await listening;
  return { publish: [...refused.publish].sort(), subscribe: [...refused.subscribe].sort() };
}

/** What this test cannot make happen: gaps in the connection, and clusters. */
function rarelyUsed(role: NatsRole): string[] {
  const followed = {
    coordinator: ['AUDIT', 'EVENTS', 'JOURNAL', 'KV_budgets', 'KV_runs', 'MEMORY', 'RESULTS', 'SPENDING', 'SWEEPS'],
    executor: ['KV_budgets', 'KV_runs', 'KV_slots'],
    predictor: ['KV_budgets', 'KV_runs', 'KV_slots'],
    serve: [],
  }[role];
  if (role === 'serve') return [];
  return [
    '$JS.API.CONSUMER.DELETE.OBJ_blobs.*',
    ...followed.map((stream) => `$JS.API.CONSUMER.INFO.${stream}.*`),
    ...(role === 'coordinator' ? [] : ['$JS.API.STREAM.MSG.GET.JOBS']),
  ];
}

/** What the services send and listen to, read from the server's own trace. */
interface Used {
  readonly publish: Set<string>;
  readonly subscribe: Set<string>;
}

function usedSubjects(log: string): Map<NatsRole, Used> {
  const roles = new Map<string, NatsRole>();
  const used = new Map(natsUsers.map((role) => [role, { publish: new Set<string>(), subscribe: new Set<string>() }]));
  for (const line of log.split('\n').filter((each) => each.length < 2_000)) {
    const [, client = '', verb, rest = ''] = / cid:(\d+) .*<<- \[(CONNECT|PUB|HPUB|SUB) (.*)\]/.exec(line) ?? [];
    const user = verb === 'CONNECT' ? /"user":"(\w+)"/.exec(rest)?.[1] : undefined;
    if (natsUsers.some((role) => role === user)) roles.set(client, user as NatsRole);
    const role = roles.get(client);
    const [subject = ''] = rest.split(' ');
    if (role === undefined || verb === 'CONNECT') continue;
    used.get(role)?.[verb === 'SUB' ? 'subscribe' : 'publish'].add(subject);
  }
  return used;
}

/** Patterns that no subject needs: none was used that this one allows and no other. */
function idlePatterns(patterns: readonly string[], subjects: Iterable<string>): string[] {
  const alone = [...subjects].flatMap((subject) => {
    const allowing = patterns.filter((pattern) => covers(pattern, subject));
    return allowing.length === 1 ? allowing : [];
  });
  return patterns.filter((pattern) => !alone.includes(pattern));
}

async function doEverything(node: NatsNode): Promise<void> {
  await (await connectAs(node, 'coordinator')).close();
  // With other limits, the streams are changed.
  const coordinator = await connectAs(node, 'coordinator', { storageBytes: 3 * 1024 ** 3 });
  const [executor, predictor] = await Promise.all([connectAs(node, 'executor'), connectAs(node, 'predictor')]);
  const talking = await connectTalks({
    ...{ servers: [node.url], role: 'serve', files: filesOf(certificates, 'serve'), name: 'serve', logger },
  });
  await talkOnce(talking.talks, executor.talks);
  await talking.close();
  const access = openNatsAccess(
    [node.url],
    { ...filesOf(certificates, 'executor'), credentialsFile: certificates.file('administrator', 'nats-credentials') },
    logger,
  );
  const administrator = await connect({ servers: node.url, ...access.options(true) });
  await doEverythingOnBus({
    coordinator,
    workers: [
      { bus: executor, kinds: ['execute'] },
      { bus: predictor, kinds: ['propose', 'predict'] },
    ],
    putRaw: async (subject, bytes) => {
      await administrator.request(subject, bytes);
    },
  });
  await Promise.all([coordinator.close(), executor.close(), predictor.close(), administrator.close()]);
}

/** One message there, and one back. */
async function talkOnce(asking: Talks, answering: Talks): Promise<void> {
  const over = new AbortController();
  const answered = (async () => {
    for await (const talk of answering.listen(answersTopic, () => true, over.signal)) {
      for await (const message of talk.messages()) talk.send(message);
      talk.end();
    }
  })();
  const talk = await vi.waitUntil(() => asking.begin(answersTopic, over.signal).catch(() => undefined));
  talk.send(new Uint8Array([1]));
  for await (const message of talk.messages()) if (message[0] === 1) break;
  talk.end();
  over.abort();
  await answered;
}
