import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Answer, readerOf } from '../../../services/dashboard/page/answer-reader.ts';
import { NoAnswerError, type Source } from '../../../services/dashboard/page/source.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server that does not answer while it is away. */
function serverThat() {
  const server = { isAway: false, asked: 0 };
  const read = async () => {
    server.asked += 1;
    if (server.isAway) throw new NoAnswerError('unreachable', 'the cluster is starting');
    return server.asked;
  };
  return { server, source: { read } as unknown as Source };
}

test('a server that does not answer is not asked more often than one that does, however much there is to read', async () => {
  const { server, source } = serverThat();
  const told: Answer<number>[] = [];
  const reader = readerOf<number>(source, '/api/busy', (answer) => told.push(answer));
  reader.refresh();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(server.asked).toBe(1);
  server.isAway = true;
  for (let step = 0; step < 100; step += 1) {
    reader.refresh();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(server.asked).toBeLessThanOrEqual(1 + 10_000 / 1_500 + 1);
  expect(told.at(-1)).toMatchObject({ state: 'ready', value: 1, problem: { kind: 'unreachable' } });
  server.isAway = false;
  reader.refresh();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(told.at(-1)).toEqual({ state: 'ready', value: server.asked });
  reader.close();
});

test('a view that is opened again does not ask a server again at once that has just not answered', async () => {
  const { server, source } = serverThat();
  server.isAway = true;
  for (let step = 0; step < 50; step += 1) {
    const reader = readerOf<number>(source, '/api/reopened', () => undefined);
    reader.refresh();
    await vi.advanceTimersByTimeAsync(20);
    reader.close();
  }
  expect(server.asked).toBe(1);
});
