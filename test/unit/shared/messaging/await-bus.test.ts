import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { awaitBus } from '../../../../services/shared/messaging/await-bus.ts';
import { BusError } from '../../../../services/shared/messaging/errors.ts';

test('what fails at once, again and again, leaves room for a signal to end', async () => {
  const ending = new AbortController();
  let tries = 0;
  const settings = {
    ...({ role: 'executor', name: 'test', logger: pino({ level: 'silent' }) } as const),
    get servers(): readonly string[] {
      tries += 1;
      // Ends the test where nothing else could.
      if (tries > 1_000) throw new BusError('connect', 'it is tried without a pause', { retryable: false });
      throw new Error('this cannot be used, which is found out without waiting for anything');
    },
  };
  const { connected } = awaitBus(settings, ending.signal);
  const outcome = connected.catch((error: unknown) => error);
  await sleep(50);
  ending.abort(new Error('asked to end'));
  expect(await outcome).toEqual(new Error('asked to end'));
});
