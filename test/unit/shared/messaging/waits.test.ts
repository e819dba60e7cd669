import { pino } from 'pino';
import { expect, test } from 'vitest';
import { BusError } from '../../../../services/shared/messaging/errors.ts';
import { createWaits } from '../../../../services/shared/messaging/waits.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

function setUp() {
  const timing = createManualTiming();
  const said: [atMs: number, message: string][] = [];
  const logger = pino({}, { write: (line: string) => said.push([timing.monotonicMs(), JSON.parse(line).msg]) });
  return { timing, said, waits: createWaits(logger, timing, 10_000) };
}

const failure = (what: string) => new BusError(what, 'no answer');

test('an operation waits from its first failure on, until it is over', async () => {
  const { timing, waits } = setUp();
  const wait = waits.open('publish');
  await timing.advance(5_000);
  expect(waits.longest()).toBeUndefined();
  wait.failed(failure('publish'));
  await timing.advance(3_000);
  wait.failed(failure('publish again'));
  expect(waits.longest()).toEqual({ message: failure('publish again').message, forMs: 3_000 });
  wait.recovered();
  expect([waits.longest(), wait.trouble()]).toEqual([undefined, undefined]);
  wait.failed(failure('publish'));
  wait[Symbol.dispose]();
  expect(waits.longest()).toBeUndefined();
  waits.stop();
  expect(timing.waiting()).toBe(0);
});

test('of several, the one that has waited longest is told, every ten seconds for as long as something waits', async () => {
  const { timing, said, waits } = setUp();
  const [first, second] = [waits.open('read'), waits.open('publish')];
  first.failed(failure('read'));
  await timing.advance(4_000);
  second.failed(failure('publish'));
  await timing.advance(26_000);
  const message = (what: string) => `still waiting for NATS: ${failure(what).message}`;
  expect(said).toEqual([10_000, 20_000, 30_000].map((atMs) => [atMs, message('read')]));
  first[Symbol.dispose]();
  await timing.advance(10_000);
  expect(said.slice(3)).toEqual([[40_000, message('publish')]]);
  second[Symbol.dispose]();
  await timing.advance(60_000);
  expect(said.length).toBe(4);
  waits.stop();
});
