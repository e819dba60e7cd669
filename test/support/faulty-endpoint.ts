import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request as it arrived. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: what a client sends is looked at field by field
  readonly body: any;
  /** Resolves when the client has hung up or the answer is complete. */
  readonly closed: Promise<'complete' | 'cut'>;
}

/** How one request is answered. */
export type Behaviour = (response: ServerResponse, request: Received) => void | Promise<void>;

export interface FaultyEndpoint extends AsyncDisposable {
  readonly baseUrl: string;
  readonly requests: readonly Received[];
  /** Connections opened so far. */
  readonly connections: number;
}

/** An endpoint that misbehaves as told: the n-th request gets the n-th behaviour, and all further ones the last. */
export function startFaultyEndpoint(...behaviours: readonly Behaviour[]): Promise<FaultyEndpoint> {
  return startFaultyEndpointAt({ host: '127.0.0.1', port: 0 }, ...behaviours);
}

export async function startFaultyEndpointAt(
  { host, port }: { readonly host: string; readonly port: number },
  ...behaviours: readonly Behaviour[]
): Promise<FaultyEndpoint> {
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join('');
    const closed = new Promise<'complete' | 'cut'>((resolve) => {
      response.once('close', () => resolve(response.writableFinished ? 'complete' : 'cut'));
    });
    const received = {
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
      closed,
    };
    requests.push(received);
    const behaviour = behaviours[Math.min(requests.length, behaviours.length) - 1];
    await behaviour?.(response, received);
  });
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return {
    baseUrl: `http://${host}:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get connections() {
      return connections;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A proper answer, streamed if that was asked for. */
export function answer(text: string, { finishReason = 'stop', systemFingerprint = 'fp_test', usage = true } = {}): Behaviour {
  const figures = { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 };
  const head = { id: 'chatcmpl-1', model: 'test-model', created: 1, system_fingerprint: systemFingerprint };
  return (response, { body }) => {
    if (body === undefined) return json(404, { error: { message: 'there is no list of models here' } })(response, {} as Received);
    if (!body.stream) {
      const choices = [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: finishReason }];
      return json(200, { ...head, object: 'chat.completion', choices, usage: figures })(response, {} as Received);
    }
    const chunk = (choices: unknown[], more = {}) => ({ ...head, object: 'chat.completion.chunk', choices, ...more });
    const pieces = text.match(/.{1,6}/gs) ?? [];
    return events([
      chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
      ...pieces.map((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }])),
      chunk([{ index: 0, delta: {}, finish_reason: finishReason }]),
      ...(usage ? [chunk([], { usage: figures })] : []),
      '[DONE]',
    ])(response, {} as Received);
  };
}

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

export function plain(status: number, body: string, contentType = 'text/html'): Behaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': contentType }).end(body);
  };
}

/** A recorded reply: a whole one with this status, or a stream. */
export function recorded(name: string, status = 200): Behaviour {
  const content = replyFixture(name);
  return plain(status, content, name.endsWith('.stream.txt') ? 'text/event-stream' : 'application/json');
}

export function replyFixture(name: string): string {
  return readFileSync(new URL(`../fixtures/replies/${name}`, import.meta.url), 'utf8');
}

export const hangBeforeHeaders: Behaviour = () => {};

/** Streams some text, then says no more. */
export const hangInTheMiddle: Behaviour = (response) => {
  startEvents(response);
  response.write(`${event(piece('Half of '))}${event(piece('it '))}`);
};

/** Keeps the connection busy with comments, as proxies do, but sends no token. */
export const pingOnly: Behaviour = async (response) => {
  startEvents(response);
  while (!response.destroyed) {
    response.write(': ping\n\n');
    await sleep(10);
  }
};

/** One token after another, for ever. */
export function drip(everyMs: number): Behaviour {
  return async (response) => {
    startEvents(response);
    while (!response.destroyed) {
      response.write(event(piece('x')));
      await sleep(everyMs);
    }
  };
}

/** A stream that ends well as far as HTTP goes, but before the reply does. */
export const truncated: Behaviour = (response) => {
  startEvents(response);
  response.end(event(piece('The answer is 1')));
};

export const resetInTheMiddle: Behaviour = async (response) => {
  startEvents(response);
  response.write(event(piece('The answer is 1')));
  await sleep(5);
  response.socket?.resetAndDestroy();
};

export const resetBeforeHeaders: Behaviour = (response) => {
  response.socket?.resetAndDestroy();
};

/** Sends the last events late and in a packet of their own, as uvicorn does. */
export function endLate(behaviour: Behaviour): Behaviour {
  return async (response, request) => {
    const end = response.end.bind(response);
    response.end = ((content: string) => {
      response.write(content);
      setTimeout(() => end(), 5);
      return response;
    }) as typeof response.end;
    await behaviour(response, request);
  };
}

/** These bytes, and then nothing more, though the connection stays open. */
export function leftOpen(content: string, contentType = 'text/event-stream'): Behaviour {
  return (response) => {
    response.writeHead(200, { 'content-type': contentType });
    response.write(content);
  };
}

export function events(chunks: readonly unknown[]): Behaviour {
  return (response) => {
    startEvents(response);
    response.end(chunks.map(event).join(''));
  };
}

function startEvents(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
}

function event(chunk: unknown): string {
  return `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`;
}

function piece(content: string) {
  return { id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content }, finish_reason: null }] };
}
