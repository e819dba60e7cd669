import { expect, test } from 'vitest';
import { checkSameServers } from '../../../../services/cli/doctor/check-same-servers.ts';

const addresses: Readonly<Record<string, readonly string[]>> = {
  'gpu-1': ['10.0.0.7'],
  models: ['10.0.0.7', 'fd00::8'],
};
const resolve = async (name: string): Promise<readonly string[]> => addresses[name] ?? Promise.reject(new Error('ENOTFOUND'));
const found = async (...urls: string[]) => (await checkSameServers(urls, resolve)).map((check) => check.found);

test('a server that is listed by its name and by its number is told, since it has its limit twice', async () => {
  expect(await checkSameServers(['http://gpu-1:8000/v1', 'http://10.0.0.7:8000/v1'], resolve)).toEqual([
    {
      ...{ name: 'same server', status: 'warning' },
      found: 'http://gpu-1:8000/v1 and http://10.0.0.7:8000/v1 are both at 10.0.0.7',
      advice: expect.stringContaining('write it one way'),
    },
  ]);
  expect(await found('https://models/v1', 'https://[fd00::8]:443/v1')).toHaveLength(1);
});

test.each([
  ['other ports', 'http://gpu-1:8000/v1', 'http://10.0.0.7:8001/v1'],
  ['other addresses', 'http://gpu-1:8000/v1', 'http://10.0.0.8:8000/v1'],
  ['two names, which a proxy may tell apart', 'http://gpu-1:8000/v1', 'http://models:8000/v1'],
  ['a name that leads nowhere', 'http://nowhere:8000/v1', 'http://10.0.0.7:8000/v1'],
  ['endpoints without an address', '', 'cluster:'],
])('%s are no such case', async (_, ...urls) => {
  expect(await found(...urls)).toEqual([]);
});
