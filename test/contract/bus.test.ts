import { pino } from 'pino';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory-bus.ts';
import { connectBus } from '../../services/shared/messaging/nats-bus.ts';
import { startTestNatsServer } from '../support/nats-server.ts';
import { contractSettings, describeBusContract } from './bus.contract.ts';

describeBusContract('the in-memory bus', async () => {
  const server = createInMemoryServer(contractSettings);
  return { connect: async () => server.connect(), stop: async () => {} };
});

describeBusContract('the NATS bus', async () => {
  const server = await startTestNatsServer();
  return {
    connect: () =>
      connectBus({
        ...contractSettings,
        servers: [server.url],
        name: 'contract',
        logger: pino({ level: 'silent' }),
        deadlineMs: 10_000,
      }),
    stop: () => server.stop(),
  };
});
