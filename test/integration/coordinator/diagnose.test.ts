import { jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from 'nats';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { diagnose } from '../../../services/coordinator/control/diagnose.ts';
import { RunStatus } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import type { NatsRole } from '../../../services/shared/messaging/nats-permissions.ts';
import { runLease } from '../../../services/shared/messaging/run-lease.ts';
import { laneName } from '../../../services/shared/messaging/subjects-and-streams.ts';
import { isAtLeast } from '../../../services/shared/toolchain/versions.ts';
import { watchCondition } from '../../../services/shared/worker/worker-condition.ts';
import { executeJob, newRunId, runManifest } from '../../support/bus-messages.ts';
import { makeCertificates } from '../../support/certificates.ts';
import { startTestNatsServer } from '../../support/nats-server.ts';
import { natsServersToTry } from '../../support/nats-versions.ts';
import { deployedAccounts, filesOf, startSecuredNats } from '../../support/secured-nats.ts';

const silent = pino({ level: 'silent' });
const never = new AbortController().signal;
const coordinator = {
  figures: () => ({ runs: [], runsLed: 0, jobsOutstanding: 0, workersByKind: new Map(), waits: new Map() }),
  wait: () => undefined,
  workers: { present: () => [], seen: () => [], isSettled: () => true },
};

test('streams that were changed or removed by hand are told, and so is who leads a run', async () => {
  await using server = await startTestNatsServer();
  const bus = await connectBus({
    servers: [server.url],
    name: 'diagnose',
    logger: pino({ level: 'silent' }),
    deadlineMs: 10_000,
  });
  const admin = await connect({ servers: server.url });
  const manager = await jetstreamManager(admin);
  const look = () => diagnose({ name: 'c1', bus, coordinator, timing: systemTiming }, never);
  try {
    const well = await look();
    expect(well).toMatchObject({ coordinator: 'c1', trouble: '', streamsTrouble: '', settled: true, runs: [] });
    expect(well.natsVersion).toMatch(/^2\./);
    expect(well.streams.filter(({ missing, differs }) => missing || differs.length > 0)).toEqual([]);

    const [led, lost] = [newRunId(), newRunId()];
    for (const runId of [led, lost]) await bus.runs.put({ ...runManifest(runId), status: RunStatus.RUNNING });
    await bus.leases.acquire(runLease(led), 'another coordinator');
    await manager.streams.update('JOURNAL', { max_age: nanos(60_000), duplicate_window: nanos(60_000) });
    await manager.streams.delete('MEMORY');
    const ill = await look();
    expect(ill.streams.find(({ stream }) => stream === 'JOURNAL')?.differs).toContain('max_age');
    expect(ill.streams.find(({ stream }) => stream === 'MEMORY')?.missing).toBe(true);
    expect(ill.trouble).toMatch(/MEMORY/);
    expect(new Map(ill.runs.map(({ runId, leader }) => [runId, leader]))).toEqual(
      new Map([
        [led, 'elsewhere'],
        [lost, 'nobody'],
      ]),
    );

    await server.kill();
    await expect.poll(() => bus.link().isUp).toBe(false);
    const away = await look();
    expect(away.trouble).toMatch(/lost/);
    expect(away.streamsTrouble).toBe(away.trouble);
  } finally {
    await admin.close();
    await bus.close();
  }
});

// Servers before 2.11 pause no consumers.
const [pausing] = (await natsServersToTry()).filter(({ version }) => isAtLeast(version, '2.11.0'));

test.skipIf(pausing === undefined)('a lane that an administrator has paused is told, with how long that lasts', async () => {
  await using server = await startTestNatsServer(pausing && { binary: pausing.path });
  const bus = await connectBus({ servers: [server.url], name: 'diagnose', logger: silent, deadlineMs: 10_000 });
  const admin = await connect({ servers: server.url });
  const { consumers } = await jetstreamManager(admin);
  try {
    const runId = newRunId();
    for (const kind of ['execute', 'propose'] as const) await bus.jobs.openLane(kind, runId, { maxInFlight: 1 });
    expect(await bus.jobs.pausedLanes(runId)).toEqual(new Map());
    await consumers.pause('JOBS', laneName('execute', runId), new Date(Date.now() + 3_600_000));
    const paused = await bus.jobs.pausedLanes(runId);
    expect([...paused.keys()]).toEqual(['execute']);
    expect(paused.get('execute')).toBeGreaterThan(3_000_000);
    expect(paused.get('execute')).toBeLessThanOrEqual(3_600_000);
    await consumers.resume('JOBS', laneName('execute', runId));
    expect(await bus.jobs.pausedLanes(runId)).toEqual(new Map());
  } finally {
    await admin.close();
    await bus.close();
  }
});

test('with the accounts of deploy/nats a coordinator may look at all that is asked, and a worker says which permission it lacks', async () => {
  await using certificates = await makeCertificates();
  const pulling = '$JS.API.CONSUMER.MSG.NEXT.JOBS.*';
  expect(deployedAccounts).toContain(pulling);
  const node = await startSecuredNats({ certificates, accounts: () => deployedAccounts.replaceAll(pulling, 'nothing.at.all') });
  const as = (role: NatsRole) =>
    connectBus({
      ...{ servers: [node.url], role, files: filesOf(certificates, role), name: role, logger: silent, deadlineMs: 10_000 },
    });
  try {
    const bus = await as('coordinator');
    const runId = newRunId();
    await bus.jobs.openLane('execute', runId, { maxInFlight: 1 });
    await bus.jobs.publish(executeJob(runId, 'j1'));
    // A server may tell of a job a moment after it has acknowledged it.
    await expect.poll(async () => (await bus.jobs.waitingSince(runId)).get('execute') ?? 0).toBeGreaterThan(0);
    const found = await diagnose({ name: 'c1', bus, coordinator, timing: systemTiming }, never);
    expect([found.trouble, found.streamsTrouble, found.streams.length]).toEqual(['', '', 15]);

    const worker = await as('executor');
    const condition = watchCondition({
      ...{ role: 'executor', version: '1.0.0', timing: systemTiming, logger: silent },
      ...{ check: (signal) => worker.check(signal), endpoints: () => new Map(), ask: async () => undefined },
    });
    await expect.poll(() => condition.current().trouble).toContain('CONSUMER.MSG.NEXT.JOBS');
    await condition.stop();
    await Promise.all([bus.close(), worker.close()]);
  } finally {
    await node.kill();
  }
});
