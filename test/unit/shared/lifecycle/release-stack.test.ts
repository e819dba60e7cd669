import { expect, test } from 'vitest';
import { createReleaseStack, UnreleasedError } from '../../../../services/shared/lifecycle/release-stack.ts';

test('releases run in reverse order, one after another, and once', async () => {
  const order: string[] = [];
  const stack = createReleaseStack();
  stack.push('first', () => void order.push('first'));
  stack.push('second', async () => {
    await new Promise(setImmediate);
    order.push('second');
  });
  const handle = { [Symbol.asyncDispose]: async () => void order.push('third') };
  expect(stack.use('third', handle)).toBe(handle);
  await stack.release();
  await stack.release();
  expect(order).toEqual(['third', 'second', 'first']);
});

test('a release that throws keeps no other from running, and all errors come together', async () => {
  let released = false;
  const stack = createReleaseStack();
  stack.push('the port', () => {
    throw new Error('it is stuck');
  });
  stack.push('the folder', () => {
    released = true;
  });
  stack.push('the bus', () => Promise.reject(new Error('no answer')));
  const error = await stack.release().catch((reason: unknown) => reason);
  expect(released).toBe(true);
  expect(error).toBeInstanceOf(AggregateError);
  expect((error as AggregateError).errors.map(String)).toEqual([
    'UnreleasedError: the bus could not be released: no answer',
    'UnreleasedError: the port could not be released: it is stuck',
  ]);
  expect((error as AggregateError).errors[0]).toBeInstanceOf(UnreleasedError);
});

test('await using releases what was acquired before a failure', async () => {
  let released = false;
  const acquireAndFail = async () => {
    await using stack = createReleaseStack();
    stack.push('it', () => {
      released = true;
    });
    throw new Error('later step');
  };
  await expect(acquireAndFail()).rejects.toThrow('later step');
  expect(released).toBe(true);
});
