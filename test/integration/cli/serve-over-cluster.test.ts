import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import type { OpenExecutor } from '../../../services/cli/in-process/workflow-executor.ts';
import { executorsOfCluster } from '../../../services/cli/serve/cluster-executor.ts';
import { type AnswerDesk, startAnswerDesk } from '../../../services/executor/answer-desk.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { connectTalks, type TalkingClient } from '../../../services/shared/messaging/connect-talks.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { createModelClients, type ModelClients } from '../../../services/shared/worker/calls/model-clients.ts';
import { describeServedRouter } from '../../contract/served-router.contract.ts';
import { describeWorkflowServer } from '../../contract/workflow-server.contract.ts';
import { startTestNatsServer, type TestNatsServer } from '../../support/nats-server.ts';

const logger = pino({ level: 'silent' });
const ending = new AbortController();
let nats: TestNatsServer;
let bus: Bus;
let models: ModelClients;
let desks: AnswerDesk[];
let asking: TalkingClient;
let open: OpenExecutor;

beforeAll(async () => {
  nats = await startTestNatsServer();
  bus = await connectBus({ servers: [nats.url], name: 'executor', logger });
  models = createModelClients(() => ({}), systemTiming, Math.random);
  const desk = () =>
    startAnswerDesk({ bus, models, atOnce: 200, drainMs: 1_000, timing: systemTiming, logger: pino() }, ending.signal);
  desks = [desk(), desk()];
  asking = await connectTalks({ servers: [nats.url], name: 'serve', logger });
  open = executorsOfCluster({
    ...{ talks: asking.talks, party: 'serve-w', priority: 10, timeLimitMs: 60_000, timing: systemTiming, random: Math.random },
  });
});
afterAll(async () => {
  ending.abort();
  await Promise.all(desks.map((desk) => desk.drained()));
  await models.close();
  await Promise.all([bus.close(), asking.close()]);
  await nats.stop();
});

describeWorkflowServer('over executors of a cluster', (use) => open(use));
describeServedRouter('over executors of a cluster', (use) => open(use), false);
