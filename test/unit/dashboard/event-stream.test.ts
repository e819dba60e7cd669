import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { openEventStream } from '../../../services/dashboard/http/event-stream.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';

/** A client that reads only when it is told to. */
function slowResponse() {
  let waiting = '';
  const response = Object.assign(new EventEmitter(), {
    destroyed: false,
    writeHead: () => undefined,
    write: (text: string) => {
      waiting += text;
      return waiting.length < 16_384;
    },
    end: () => undefined,
    destroy: () => undefined,
  });
  Object.defineProperties(response, {
    writableLength: { get: () => waiting.length },
    writableNeedDrain: { get: () => waiting.length >= 16_384 },
  });
  const read = (): string => {
    const text = waiting;
    waiting = '';
    response.emit('drain');
    return text;
  };
  return { response: response as unknown as ServerResponse, read, waiting: () => waiting.length };
}

test('what comes for a page that does not read is dropped beyond a bound, and the page is told to read anew', () => {
  const { response, read, waiting } = slowResponse();
  using stream = openEventStream(response, systemTiming);
  for (let index = 0; index < 5_000; index += 1) stream.change({ trouble: `${index} ${'x'.repeat(1_000)}` }, `boot-${index}`);
  expect(waiting()).toBeLessThan(300_000);
  const first = read();
  expect(first).toContain('id: boot-0\n');
  expect(first).not.toContain('event: reset');
  expect(read()).toContain('event: reset');
  stream.change({ trouble: '' }, 'boot-5001');
  expect(read()).toContain('id: boot-5001');
});
