import { expect, test } from 'vitest';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory-bus.ts';
import { runLease } from '../../../../services/shared/messaging/run-lease.ts';
import { newDeliveries } from '../../../../services/shared/worker/new-deliveries.ts';
import { executeJob } from '../../../support/bus-messages.ts';

test('a job is new at its first delivery, under the lease that holds, and while nobody else can have been given it', async () => {
  const bus = createInMemoryServer().connect();
  const lease = await bus.leases.acquire(runLease('r'), 'here');
  const job = { ...executeJob('r', 'j'), newUnder: lease?.id ?? '' };
  const delivery = { job, deliveryCount: 1, isFirst: true } as Parameters<ReturnType<typeof newDeliveries>>[0];
  let isFresh = true;
  const isNew = newDeliveries(bus, 'r', { isFresh: () => isFresh, warn: () => undefined });
  expect(await isNew(delivery)).toBe(true);
  expect(await isNew({ ...delivery, isFirst: false })).toBe(false);
  expect(await isNew({ ...delivery, job: { ...job, newUnder: 'another' } })).toBe(false);
  isFresh = false;
  expect(await isNew(delivery)).toBe(false);
});
