import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const services = join(import.meta.dirname, '../../../../services');

async function endOf(service: string, environment: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [join(services, service, 'main.ts')], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  return { code, said };
}

test.each([
  ['coordinator', { SCALE_LOG_LEVEL: 'loud' }, /^coordinator: SCALE_LOG_LEVEL must be fatal, .*, but is "loud"\n$/],
  ['executor', { SCALE_SLOTS: 'many' }, /^executor: SCALE_SLOTS must be a whole number .*, but is "many"\n$/],
  ['predictor', { SCALE_HEALTH_PORT: '70000' }, /^predictor: SCALE_HEALTH_PORT must .*, but is "70000"\n$/],
  ['simulator', { SCALE_SIMULATOR_SEED: '-1' }, /^simulator: SCALE_SIMULATOR_SEED must .*, but is "-1"\n$/],
])('a variable that the %s cannot use ends it with one sentence and status 2', async (service, environment, sentence) => {
  const { code, said } = await endOf(service, environment);
  expect(said).toMatch(sentence);
  expect(code).toBe(2);
});
