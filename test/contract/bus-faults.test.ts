import { pino } from 'pino';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { connectBus } from '../../services/shared/messaging/nats-bus.ts';
import { startNatsNode } from '../support/nats-node.ts';
import { natsServersToTry } from '../support/nats-versions.ts';
import { shortLimits } from './bus.contract.ts';
import { describeBusFaults } from './bus-faults.contract.ts';

describeBusFaults('the in-memory bus', async () => {
  const server = createInMemoryServer(shortLimits);
  return { connect: async () => server.connect(), wipe: async () => server.wipe(), stop: async () => {} };
});

for (const { path: binary, version } of await natsServersToTry()) {
  describeBusFaults(`the bus on nats-server ${version}`, async () => {
    const node = await startNatsNode({ binary, name: 'n0' });
    await node.ready();
    const logger = pino({ level: 'silent' });
    const settings = { ...shortLimits, servers: [node.url], name: 'faults', logger, deadlineMs: 10_000 };
    return {
      connect: (more) => connectBus({ ...settings, ...more }),
      async wipe() {
        await node.kill();
        await node.restart({ wipe: true });
      },
      stop: () => node.kill(),
    };
  });
}
