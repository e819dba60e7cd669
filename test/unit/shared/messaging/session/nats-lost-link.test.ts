import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemTiming } from '../../../../../services/shared/lifecycle/timing.ts';
import type { Link } from '../../../../../services/shared/messaging/session/nats-link.ts';
import { watchLostLink } from '../../../../../services/shared/messaging/session/nats-lost-link.ts';
import { createWaits } from '../../../../../services/shared/messaging/waits.ts';

const logger = pino({ level: 'silent' });

/** A link that is lost from the beginning. */
function lostLink() {
  const losing = new Set<() => void>();
  const link: Link = {
    isUp: () => false,
    untilUp: async () => undefined,
    whileUp: (_operation, request) => request(),
    reconnects: 0,
    onLost(listener) {
      losing.add(listener);
      return () => losing.delete(listener);
    },
    onUp: () => () => undefined,
  };
  return {
    link,
    lose: () => {
      for (const listener of losing) listener();
    },
  };
}

test('a question that fails is asked again, and once it is stopped, nothing waits for the link', async () => {
  const { link, lose } = lostLink();
  const waits = createWaits(logger, systemTiming);
  let asked = 0;
  const explain = async () => {
    asked += 1;
    if (asked === 1) throw new Error('no such file');
    return 'it does not accept the certificate';
  };
  const lost = watchLostLink({ link, waits, logger, explain, everyMs: 1 });
  lose();
  await expect.poll(() => lost.error()?.message).toContain('it does not accept the certificate');
  expect(waits.longest()?.message).toContain('it does not accept the certificate');
  lost.stop();
  expect(waits.longest()).toBeUndefined();
  const before = asked;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked).toBe(before);
  waits.stop();
});
