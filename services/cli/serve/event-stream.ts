import type { ServerResponse } from 'node:http';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { written } from './send.ts';

/** Server-sent events of one answer. */
export interface EventStream extends Disposable {
  /** All of it, as fast as the client reads. @throws ClientStalledError */
  send(chunks: Iterable<object>): Promise<void>;
  /** Whether it is too late for another status than 200. */
  readonly begun: boolean;
  /** Ends with the event that says why there is no answer. */
  fail(chunk: object): void;
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
    // No blank line after it: OpenAI's client for Go takes one for an event, and below 3.43.0 fails for want of its JSON.
    response.write(': the workflow is at work\n');
    cancel = timing.after(pauseMs, beat);
  };
  cancel = timing.after(pauseMs, beat);
  return {
    send: async (chunks) => {
      cancel();
      begin();
      for (const chunk of chunks) await written(response, eventText(chunk), timing);
      response.end('data: [DONE]\n\n');
    },
    get begun() {
      return response.headersSent;
    },
    fail: (chunk) => {
      cancel();
      response.end(eventText(chunk));
    },
    [Symbol.dispose]: () => cancel(),
  };
}

/** Events of the Responses API have names. */
function eventText(chunk: object): string {
  const name = 'type' in chunk ? `event: ${chunk.type}\n` : '';
  return `${name}data: ${JSON.stringify(chunk)}\n\n`;
}
