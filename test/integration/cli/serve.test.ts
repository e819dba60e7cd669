import { once } from 'node:events';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterEach, expect, test } from 'vitest';
import { type CliRun, startCli } from '../../support/run-cli.ts';

const workflow = join(import.meta.dirname, '../../../examples/workflows/single-call.yaml');
const running: CliRun[] = [];
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

interface Announced {
  readonly url: string;
  readonly model: string;
  readonly simulated: boolean;
}

async function serve(...args: readonly string[]): Promise<CliRun & Announced> {
  const run = startCli(['serve', workflow, '--json', ...args]);
  running.push(run);
  await run.until(/\n}\n/);
  return { ...run, ...(JSON.parse(run.stdout()) as Announced) };
}

const ask = { model: 'single-call', messages: [{ role: 'user' as const, content: 'What is three plus four?' }] };
const clientOf = ({ url: baseURL }: Announced, apiKey = 'none') => new OpenAI({ baseURL, apiKey });

test('a workflow is served without a bus, killed, and served again at the same place', async () => {
  const first = await serve('--port', '0');
  expect(first).toMatchObject({ model: 'single-call', simulated: true });
  const answer = await clientOf(first).chat.completions.create(ask);
  expect(answer).toMatchObject({ system_fingerprint: 'scale-simulator', scale: { calls: 1 } });
  first.child.kill('SIGKILL');
  await first.ended;
  const again = await serve('--port', new URL(first.url).port);
  expect(again.url).toBe(first.url);
  const { choices } = await clientOf(again).chat.completions.create(ask);
  expect(choices[0]?.message.content).toBe(answer.choices[0]?.message.content);
  again.child.kill('SIGTERM');
  expect(await again.ended).toMatchObject({ code: 0 });
});

test('killed while it answers many, and started again, it answers all of them: the client comes back', async () => {
  const first = await serve('--port', '0', '--at-once', '5');
  const client = new OpenAI({ baseURL: first.url, apiKey: 'none', maxRetries: 20 });
  const answered: string[] = [];
  const killed = Promise.withResolvers<void>();
  const all = Array.from({ length: 40 }, async (_, seed) => {
    const { choices } = await client.chat.completions.create({ ...ask, seed });
    answered.push(choices[0]?.message.content ?? '');
    if (answered.length === 5) {
      first.child.kill('SIGKILL');
      killed.resolve();
    }
  });
  await killed.promise;
  expect(answered.length).toBeLessThan(40);
  await first.ended;
  await serve('--port', new URL(first.url).port, '--at-once', '5');
  await Promise.all(all);
  expect(answered.filter((text) => text !== '')).toHaveLength(40);
});

test('beyond this machine it is served with a token only', async () => {
  const refused = await startCli(['serve', workflow, '--host', '0.0.0.0', '--port', '0']).ended;
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('SCALE_SERVE_TOKEN') });
  const open = await serve('--host', '0.0.0.0', '--port', '0', '--token', 'secret');
  const near = { ...open, url: open.url.replace('0.0.0.0', '127.0.0.1') };
  expect((await clientOf(near, 'secret').models.list()).data).toHaveLength(1);
  await expect(clientOf(near, 'wrong').models.list()).rejects.toMatchObject({ status: 401 });
});

test.each([
  [['serve'], 'either a workflow file, or --run RUN'],
  [['serve', 'none.yaml'], 'none.yaml: there is no such workflow file'],
  [['serve', workflow, '--run-file', 'none-either.yaml'], 'there is no such run file'],
  [['serve', workflow, '--port', '70000'], 'a port from 0 to 65535'],
])('%j is refused', async (args, message) => {
  const { child, ended, stderr } = startCli(args);
  await once(child, 'close');
  expect(await ended).toMatchObject({ code: 2 });
  expect(stderr()).toContain(message);
});
