import { expect, test } from 'vitest';
import {
  coordinatorEnvironment,
  executorEnvironment,
  plainEnvironment,
  simulatorEnvironment,
} from '../../../../services/cli/cluster/service-environment.ts';

const keys = { variables: { MY_KEY: 'secret' }, bindingsFile: '/folder/endpoint-keys' };

test('services get what any program needs, and nothing that merely lies in the environment', () => {
  const environment = {
    ...{
      PATH: '/bin',
      HOME: '/root',
      LC_ALL: 'C',
      https_proxy: 'http://p:1',
      SCALE_SANDBOX_PACKAGES: '/np',
      SCALE_LOG_LEVEL: undefined,
    },
    ...{ DATABASE_PASSWORD: 'x', AWS_SECRET_ACCESS_KEY: 'x', MY_KEY: 'secret', OPENAI_API_KEY: 'x' },
    ...{ SCALE_CONTROL_TOKEN: 'of another cluster', SCALE_NATS_URL: 'nats://elsewhere', SCALE_WEBHOOK_SECRET: 'hook' },
  };
  expect(plainEnvironment(environment)).toEqual({
    ...{ PATH: '/bin', HOME: '/root', LC_ALL: 'C', https_proxy: 'http://p:1', SCALE_SANDBOX_PACKAGES: '/np' },
  });
});

test("workers alone get the models' keys, and the coordinator alone its token", () => {
  const natsUrl = 'nats://scale:password@127.0.0.1:4222';
  const executor = executorEnvironment({ natsUrl, keys, slots: 4 });
  const coordinator = coordinatorEnvironment({
    ...{ natsUrl, controlToken: 'token', controlPort: 0 },
    environment: { SCALE_WEBHOOK_SECRET: 'hook', MY_KEY: 'secret' },
  });
  expect(executor).toMatchObject({ MY_KEY: 'secret', SCALE_ENDPOINT_KEYS_FILE: '/folder/endpoint-keys', SCALE_SLOTS: '4' });
  expect(executor).not.toHaveProperty('SCALE_CONTROL_TOKEN');
  expect(coordinator).toMatchObject({ SCALE_CONTROL_TOKEN: 'token', SCALE_WEBHOOK_SECRET: 'hook' });
  expect(coordinator).not.toHaveProperty('MY_KEY');
  expect(JSON.stringify(simulatorEnvironment({ port: 0, benchmarkFiles: [] }))).not.toMatch(/secret|token|password/);
});
