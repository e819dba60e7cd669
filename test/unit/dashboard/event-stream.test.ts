import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { openEventStream } from '../../../services/dashboard/http/event-stream.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { createManualTiming } from '../../support/manual-timing.ts';

/** A client that reads only when it is told to. */
function slowResponse() {
  let waiting = '';
  let isDestroyed = false;
  const response = Object.assign(new EventEmitter(), {
    destroyed: false,
    writeHead: () => undefined,
    write: (text: string) => {
      waiting += text;
      return waiting.length < 16_384;
    },
    end: () => undefined,
    destroy: () => {
      isDestroyed = true;
    },
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
  return { response: response as unknown as ServerResponse, read, waiting: () => waiting.length, destroyed: () => isDestroyed };
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

test('a page that has read nothing for a minute is let go, however much comes for it meanwhile', async () => {
  const timing = createManualTiming();
  const { response, destroyed } = slowResponse();
  using stream = openEventStream(response, timing);
  stream.change({ trouble: 'x'.repeat(20_000) }, 'boot-0');
  for (let second = 0; second < 59; second += 1) {
    await timing.advance(1_000);
    stream.change({ trouble: `${second}` }, `boot-${second + 1}`);
  }
  expect(destroyed()).toBe(false);
  await timing.advance(1_000);
  expect(destroyed()).toBe(true);
});
