import type { ServerResponse } from 'node:http';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { errorBody } from './chat-response.ts';
import { sendJson, written } from './send.ts';
import type { ServeError } from './serve-error.ts';

/** Server-sent events of one answer. */
export interface EventStream extends Disposable {
  /** All of it, as fast as the client reads. @throws ClientStalledError */
  send(chunks: Iterable<object>): Promise<void>;
  fail(error: ServeError): void;
}

/**
 * Begins to answer only after the first pause, so that what fails at once still has its own status. Then a comment in each
 * pause keeps clients and proxies from taking a workflow that works for a connection that is dead.
 */
export function openEventStream(response: ServerResponse, timing: Timing, pauseMs: number): EventStream {
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      // Of nginx: do not collect the events.
      'x-accel-buffering': 'no',
    });
  };
  let cancel = (): void => undefined;
  const beat = (): void => {
    if (response.destroyed) return;
    begin();
    response.write(': the workflow is at work\n\n');
    cancel = timing.after(pauseMs, beat);
  };
  cancel = timing.after(pauseMs, beat);
  return {
    send: async (chunks) => {
      cancel();
      begin();
      for (const chunk of chunks) {
        // Events of the Responses API have names.
        const name = 'type' in chunk ? `event: ${chunk.type}\n` : '';
        await written(response, `${name}data: ${JSON.stringify(chunk)}\n\n`, timing);
      }
      response.end('data: [DONE]\n\n');
    },
    fail: (error) => {
      cancel();
      if (!response.headersSent) sendJson(response, error.status, errorBody(error), error.headers);
      else response.end(`data: ${JSON.stringify(errorBody(error))}\n\n`);
    },
    [Symbol.dispose]: () => cancel(),
  };
}
