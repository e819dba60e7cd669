import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import type { Note } from '../../../../services/coordinator/webhook/note.ts';
import { postNote, signatureOf } from '../../../../services/coordinator/webhook/post-note.ts';
import { systemTiming } from '../../../../services/shared/lifecycle/timing.ts';

const never = new AbortController().signal;
const note: Note = { id: 'n1', event: 'run.completed', target: 'run-1', atMs: 5, body: '{"id":"n1"}' };
const secret = 'a-secret-of-16-or-more';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface Came {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function serve(status: number, headers = {}): Promise<{ readonly url: string; readonly came: readonly Came[] }> {
  const came: Came[] = [];
  const server = createServer(async (request, response) => {
    came.push({ headers: request.headers, body: await text(request) });
    response.writeHead(status, headers).end();
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, came };
}

const post = (url: string, mayBePrivate = true) => postNote({ url, secret, mayBePrivate }, note, systemTiming, never);

describe('a note', () => {
  test('comes with a signature that its receiver can make itself', async () => {
    const { url, came } = await serve(204);
    await post(url);
    const [{ headers, body } = { headers: {}, body: '' }] = came;
    expect(body).toBe(note.body);
    expect(headers).toMatchObject({ 'webhook-id': 'n1', 'content-type': 'application/json' });
    const expected = createHmac('sha256', secret).update(`n1.${headers['webhook-timestamp']}.${body}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${expected}`);
  });

  test('is signed as the example of Standard Webhooks is', () => {
    // standard-webhooks 1.0.0, spec/standard-webhooks.md, "Signature scheme": whsec_ secrets are in base64.
    const example = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
    expect(signatureOf(example, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 1_614_265_330)).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  test('that is not taken says how, and a redirect is not followed', async () => {
    const other = await serve(200);
    await expect(post((await serve(302, { location: other.url })).url)).rejects.toThrow('it answered 302');
    expect(other.came).toEqual([]);
    await expect(post((await serve(410)).url)).rejects.toMatchObject({ message: 'it answered 410', isFinal: true });
    await expect(post('http://127.0.0.1:1/hook')).rejects.toMatchObject({ isFinal: false });
  });

  test('goes to no address of this machine unless that is meant, by number or by name', async () => {
    const { url, came } = await serve(200);
    await expect(post(url, false)).rejects.toThrow('127.0.0.1 is of this machine or of a private network');
    await expect(post(url.replace('127.0.0.1', 'localhost'), false)).rejects.toThrow(
      /is of this machine or of a private network/,
    );
    await expect(post(url.replace('127.0.0.1', '[::ffff:127.0.0.1]'), false)).rejects.toThrow(/is of this machine/);
    await expect(post(url.replace('127.0.0.1', '2130706433'), false)).rejects.toThrow(/is of this machine/);
    expect(came).toEqual([]);
    await post(url.replace('127.0.0.1', 'localhost'));
    expect(came).toHaveLength(1);
  });
});
