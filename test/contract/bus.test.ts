import { pino } from 'pino';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { connectBus } from '../../services/shared/messaging/nats-bus.ts';
import { startTestNatsServer } from '../support/nats-server.ts';
import { describeBusContract } from './bus.contract.ts';

describeBusContract('the in-memory bus', async (limits) => {
  const server = createInMemoryServer(limits);
  return { connect: async () => server.connect(), stop: async () => {} };
});

describeBusContract('the NATS bus', async (limits) => {
  const server = await startTestNatsServer();
  return {
    connect: () =>
      connectBus({
        ...limits,
        servers: [server.url],
        name: 'contract',
        logger: pino({ level: 'silent' }),
        deadlineMs: 30_000,
      }),
    stop: () => server.stop(),
  };
});
