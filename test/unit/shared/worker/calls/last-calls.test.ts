import { expect, test } from 'vitest';
import { createCallGate, WorkerEndingError } from '../../../../../services/shared/worker/calls/last-calls.ts';

test('a call that is asked for when the worker is ending is refused, but not before those under way have ended', async () => {
  const ending = new AbortController();
  const gate = createCallGate(ending.signal);
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  const underWay = [gate(false, () => first.promise), gate(false, () => second.promise)];
  ending.abort();
  let refused: unknown;
  const late = gate(false, async () => 'never').catch((error: unknown) => {
    refused = error;
  });
  first.resolve('one');
  await underWay[0];
  expect(refused).toBeUndefined();
  second.reject(new Error('two'));
  await Promise.allSettled(underWay);
  await late;
  expect(refused).toBeInstanceOf(WorkerEndingError);
});

test('a call that the journal answers is let through, and so is every call of a worker that does not end', async () => {
  const ended = AbortSignal.abort();
  expect(await createCallGate(ended)(true, async () => 'paid')).toBe('paid');
  expect(await createCallGate(undefined)(false, async () => 'asked')).toBe('asked');
});
