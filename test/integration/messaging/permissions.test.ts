import { connect } from 'nats';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAccess } from '../../../services/shared/messaging/nats-access.ts';
import { natsAccounts } from '../../../services/shared/messaging/nats-accounts.ts';
import { type BusSettings, connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { covers } from '../../../services/shared/messaging/nats-grants.ts';
import { type NatsRole, natsRoles, permissionsOf } from '../../../services/shared/messaging/nats-permissions.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { doEverythingOnBus } from '../../support/everything-on-the-bus.ts';
import type { NatsNode } from '../../support/nats-node.ts';
import { deployedAccounts, filesOf, startSecuredNats } from '../../support/secured-nats.ts';

const logger = pino({ level: 'silent' });

let certificates: Certificates;
beforeAll(async () => {
  certificates = await makeCertificates();
});
afterAll(() => certificates[Symbol.asyncDispose]());

const connectAs = (node: NatsNode, role: NatsRole, more: Partial<BusSettings> = {}) =>
  connectBus({
    ...{ servers: [node.url], role, files: filesOf(certificates, role), name: role, logger, deadlineMs: 5_000 },
    ...more,
  });

test('deploy/nats/accounts.conf is what the code makes of its subjects and streams', () => {
  expect(deployedAccounts).toBe(natsAccounts());
});

describe('with the accounts of deploy/nats', () => {
  let node: NatsNode;
  let used: Map<NatsRole, Used>;
  beforeAll(async () => {
    node = await startSecuredNats({ certificates, more: 'trace: true\nmax_traced_msg_len: 64' });
    await doEverything(node);
    used = usedSubjects(await node.log());
  }, 60_000);
  afterAll(() => node.kill());

  test('services may do all that they do', async () => {
    expect((await node.log()).match(/.*Violation.*/g) ?? []).toEqual([]);
  });

  test.each(natsRoles)('%s needs each of its permissions: without it, something that it does would be refused', (role) => {
    const { publish, subscribe } = permissionsOf(role);
    const idle = [
      ...idlePatterns(publish, used.get(role)?.publish ?? []),
      ...idlePatterns(subscribe, used.get(role)?.subscribe ?? []),
    ];
    expect(idle).toEqual(rarelyUsed(role));
  });
});

/** What this test cannot make happen: gaps in the connection, clusters, and servers that are newer. */
function rarelyUsed(role: NatsRole): string[] {
  const followed = {
    coordinator: ['EVENTS', 'JOURNAL', 'KV_runs', 'MEMORY', 'RESULTS', 'SPENDING'],
    executor: ['KV_runs', 'KV_slots'],
    predictor: ['KV_runs', 'KV_slots'],
  }[role];
  return [
    ...(role === 'coordinator' ? [] : ['$JS.ACK.*.*.JOBS.>']),
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
  const used = new Map(natsRoles.map((role) => [role, { publish: new Set<string>(), subscribe: new Set<string>() }]));
  for (const line of log.split('\n').filter((each) => each.length < 2_000)) {
    const [, client = '', verb, rest = ''] = / cid:(\d+) .*<<- \[(CONNECT|PUB|HPUB|SUB) (.*)\]/.exec(line) ?? [];
    const user = verb === 'CONNECT' ? /"user":"(\w+)"/.exec(rest)?.[1] : undefined;
    if (natsRoles.some((role) => role === user)) roles.set(client, user as NatsRole);
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
  const access = openAccess(
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
