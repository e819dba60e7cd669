import { expect, test } from 'vitest';
import { createInMemoryServer } from '../../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { runLease } from '../../../../../services/shared/messaging/run-lease.ts';
import { createNewDeliveries, type IsNew } from '../../../../../services/shared/worker/delivery/new-deliveries.ts';
import { executeJob } from '../../../../support/bus-messages.ts';

test('a job is new at its first delivery, under the lease that holds, and while nobody else can have been given it', async () => {
  const bus = createInMemoryServer().connect();
  const lease = await bus.leases.acquire(runLease('r'), 'here');
  const job = { ...executeJob('r', 'j'), newUnder: lease?.id ?? '' };
  const delivery = { job, deliveryCount: 1, isFirst: true } as Parameters<IsNew>[0];
  let isFresh = true;
  const isNew = createNewDeliveries(bus, () => undefined)(() => isFresh);
  expect(await isNew(delivery)).toBe(true);
  expect(await isNew({ ...delivery, isFirst: false })).toBe(false);
  expect(await isNew({ ...delivery, job: { ...job, newUnder: 'another' } })).toBe(false);
  isFresh = false;
  expect(await isNew(delivery)).toBe(false);
});

test('the lease is looked at after a job has come, once for all that come together, and no job waits for an earlier look', async () => {
  const looks: PromiseWithResolvers<string>[] = [];
  const holding = (): Promise<string> => {
    const look = Promise.withResolvers<string>();
    looks.push(look);
    return look.promise;
  };
  const isNew = createNewDeliveries({ leases: { holding } } as never, () => undefined)(() => true);
  const come = (newUnder: string) =>
    isNew({ job: { ...executeJob('r', 'j'), newUnder }, isFirst: true } as Parameters<IsNew>[0]) as Promise<boolean>;
  const first = come('a');
  await Promise.resolve();
  const meanwhile = [come('a'), come('b')];
  expect(looks).toHaveLength(1);
  await Promise.resolve();
  expect(looks).toHaveLength(2);
  looks[1]?.resolve('b');
  expect(await Promise.all(meanwhile)).toEqual([false, true]);
  looks[0]?.resolve('a');
  expect(await first).toBe(true);
});
