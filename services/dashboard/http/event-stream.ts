import type { ServerResponse } from 'node:http';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Change } from '../api/change.ts';
import type { ChangeSink } from '../runs/changes.ts';
import { fixedHeaders } from './send.ts';

/** Bytes that may wait for a page that reads slowly; what comes then is not kept, and the page reads anew afterwards. */
const mostWaiting = 256 * 1024;
const signOfLifeMs = 15_000;
/** A page that reads nothing for so long has gone, and its browser asks again if it has not. */
const stallMs = 60_000;

/** A response that goes on: changes for one page. */
export function openEventStream(response: ServerResponse, timing: Timing): ChangeSink & Disposable {
  response.writeHead(200, {
    ...fixedHeaders,
    ...{ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
  // Sent at once, so that the page knows that it is heard.
  response.write('retry: 2000\n\n');
  let isBehind = false;
  let cancelStall: (() => void) | undefined;
  let cancelSign = (): void => undefined;
  const write = (text: string): void => {
    if (response.destroyed || response.write(text) || isBehind) return;
    // From the first write that had to wait: those after it are no sign that anybody reads.
    cancelStall ??= timing.after(stallMs, () => response.destroy());
  };
  const onDrain = (): void => {
    cancelStall?.();
    cancelStall = undefined;
    if (!isBehind) return;
    isBehind = false;
    write('event: reset\ndata: {}\n\n');
  };
  const live = (): void => {
    if (!response.writableNeedDrain) write(': here\n\n');
    cancelSign = timing.after(signOfLifeMs, live);
  };
  cancelSign = timing.after(signOfLifeMs, live);
  response.on('drain', onDrain);
  return {
    change(change: Change, id) {
      if (response.writableLength > mostWaiting) isBehind = true;
      if (!isBehind) write(`event: change\nid: ${id}\ndata: ${JSON.stringify(change)}\n\n`);
    },
    reset: (id) => write(`event: reset\nid: ${id}\ndata: {}\n\n`),
    [Symbol.dispose]: () => {
      cancelStall?.();
      cancelSign();
      response.off('drain', onDrain);
      response.end();
    },
  };
}
