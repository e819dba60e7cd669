import { expect, test } from 'vitest';
import type { CallAttempt, SpendingNote } from '../../../../../services/shared/contracts/generated/scale/v1/spending.ts';
import { endOfTurn } from '../../../../../services/shared/lifecycle/end-of-turn.ts';
import type { Bus } from '../../../../../services/shared/messaging/bus.ts';
import { createSpendingWriter } from '../../../../../services/shared/worker/calls/spending-writer.ts';
import { spendingNote } from '../../../../support/bus-messages.ts';

/** Messages that are sent, each stored when the test says so. */
function openStore() {
  const sent: string[][] = [];
  const stored: (() => void)[] = [];
  const note = ({ attempts }: SpendingNote): Promise<void> => {
    sent.push(attempts.map(({ attemptId }) => attemptId));
    return new Promise((resolve) => stored.push(resolve));
  };
  return { sent, stored, bus: { spending: { note } } as unknown as Pick<Bus, 'spending'> };
}

const attemptOf = (id: string): CallAttempt => spendingNote('r', id).attempts[0] as CallAttempt;

test('what is noted in one turn of the event loop goes in one message, what comes while it is sent in the next', async () => {
  const { sent, stored, bus } = openStore();
  const writer = createSpendingWriter(bus, endOfTurn);
  const first = writer.note('r', attemptOf('one ends'));
  // As where the reply on one connection makes room for the next call.
  await Promise.resolve().then(() => Promise.resolve());
  const second = writer.note('r', attemptOf('two begins'));
  await endOfTurn();
  expect(sent).toEqual([['one ends', 'two begins']]);
  const third = writer.note('r', attemptOf('three begins'));
  await endOfTurn();
  expect(sent).toHaveLength(1);
  stored[0]?.();
  await Promise.all([first, second]);
  await endOfTurn();
  expect(sent).toEqual([['one ends', 'two begins'], ['three begins']]);
  stored[1]?.();
  await third;
});

test('a note that cannot be stored fails for those whose it is, and for no other', async () => {
  let messages = 0;
  const note = async (): Promise<void> => {
    messages += 1;
    if (messages === 1) throw new Error('the stream is full');
  };
  const writer = createSpendingWriter({ spending: { note } } as unknown as Pick<Bus, 'spending'>, endOfTurn);
  const [first, second] = [writer.note('r', attemptOf('one')), writer.note('r', attemptOf('two'))];
  await expect(first).rejects.toThrow('the stream is full');
  await expect(second).rejects.toThrow('the stream is full');
  await writer.note('r', attemptOf('three'));
});
