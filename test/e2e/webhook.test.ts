import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startCli } from '../support/run-cli.ts';

const secret = 'a-secret-of-16-or-more';

test('a run on this machine tells the webhook that it has ended, also where that is out of order at first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-webhook-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const came: { readonly body: string; readonly id: unknown; readonly isSigned: boolean }[] = [];
  let takes = false;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = request.headers;
    const expected = `v1,${createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64')}`;
    came.push({ body, id, isSigned: signature === expected });
    response.writeHead(takes ? 200 : 503).end();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const file = join(folder, 'short.yaml');
  await writeFile(file, 'name: short\nbenchmark: { name: sample, limit: 4 }\nsearch: { max_rounds: 1 }\n');
  const environment = {
    SCALE_WEBHOOK_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    SCALE_WEBHOOK_SECRET: secret,
    SCALE_WEBHOOK_PRIVATE: 'true',
  };
  const folderOption = ['--data-dir', join(folder, 'data')];
  const ended = await startCli(['run', file, ...folderOption, '--json'], { environment }).ended;
  expect(ended.code, ended.stderr).toBe(0);
  const { runId } = JSON.parse(ended.stdout);
  expect(came.length).toBeGreaterThan(0);
  takes = true;
  const refused = came.length;
  const listed = await startCli(['list', ...folderOption, '--json'], { environment }).ended;
  expect(listed.code, listed.stderr).toBe(0);
  // What the run sent as it ended may be read here after its end: one more, under the same id.
  expect(came.length).toBeGreaterThan(refused);
  const taken = came.length;
  expect(new Set(came.map(({ id }) => id)).size).toBe(1);
  expect(came.every(({ isSigned }) => isSigned)).toBe(true);
  expect(JSON.parse(came.at(-1)?.body ?? '')).toMatchObject({ event: 'run.completed', run: { id: runId, name: 'short' } });
  // It was taken.
  await startCli(['list', ...folderOption, '--json'], { environment }).ended;
  expect(came).toHaveLength(taken);
});
