import { expect, test } from 'vitest';
import { checkNatsServer } from '../../../../services/cli/doctor/check-machine.ts';

test('a nats-server that the next command would bring is no lack; one that is named and unusable is', async () => {
  const nowhere = { toolsFolder: '/nonexistent', systemFolders: [] };
  expect(await checkNatsServer({ environment: { PATH: '' }, ...nowhere })).toMatchObject({
    ...{ status: 'warning', found: 'none' },
    advice: expect.stringContaining('the first command that needs one brings it'),
  });
  const environment = { NATS_SERVER_BIN: '/nonexistent/nats-server' };
  expect(await checkNatsServer({ environment, ...nowhere })).toMatchObject({
    status: 'missing',
    advice: expect.stringContaining('NATS_SERVER_BIN'),
  });
});
