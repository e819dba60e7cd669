import { describe, expect, it } from 'vitest';
import { type TalkFrame, TalkSign } from '../../../../services/shared/contracts/generated/scale/v1/talk.ts';
import { TalkLostError } from '../../../../services/shared/messaging/errors.ts';
import { createTalkChannel, type TalkChannel } from '../../../../services/shared/messaging/talk-channel.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

/** Two sides, and a way between them on which `lose` says what is lost. */
function createPair(lose: (frame: TalkFrame) => boolean = () => false) {
  const timing = createManualTiming();
  const channel = (far: 'one' | 'other'): TalkChannel =>
    createTalkChannel({
      ...{ timing, partBytes: 4, closed: () => undefined },
      post: (frame) => {
        if (!lose(frame)) sides[far].saw(frame);
      },
    });
  const sides = { one: channel('other'), other: channel('one') };
  return { timing, ...sides };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
async function heard(talk: TalkChannel): Promise<string[]> {
  const texts: string[] = [];
  for await (const message of talk.messages()) texts.push(new TextDecoder().decode(message));
  return texts;
}

describe('a talk', () => {
  it('puts parts together again', async () => {
    const { one, other } = createPair();
    for (const text of ['', 'abcd', 'abcde', 'a longer text of several parts']) one.send(bytes(text));
    one.end();
    expect(await heard(other)).toEqual(['', 'abcd', 'abcde', 'a longer text of several parts']);
  });

  it.each([
    ['in the middle', 2],
    ['at the end', 3],
  ])('is lost for both with a part %s', async (_, place) => {
    const { timing, one, other } = createPair(({ sign, sequence }) => sign !== TalkSign.ALIVE && sequence === place);
    one.send(bytes('abcdefghijk'));
    await timing.advance(1_000);
    await expect(heard(other)).rejects.toThrow(TalkLostError);
    expect(one.over.reason).toBeInstanceOf(TalkLostError);
  });

  it('lives through a short silence, and is lost by a long one', async () => {
    let silent = false;
    const { timing, one, other } = createPair(() => silent);
    silent = true;
    await timing.advance(9_000);
    silent = false;
    await timing.advance(30_000);
    expect([one.over.aborted, other.over.aborted]).toEqual([false, false]);
    silent = true;
    await timing.advance(12_000);
    await expect(heard(one)).rejects.toThrow('has not been heard of for 10 s');
  });

  it('is lost once nobody has had the address of the other side twice in a row', async () => {
    const { timing, one } = createPair(() => true);
    one.unheard();
    await timing.advance(2_000);
    one.unheard();
    await timing.advance(2_000);
    expect(one.over.aborted).toBe(false);
    one.unheard();
    await timing.advance(1_000);
    one.unheard();
    await timing.advance(1_000);
    await expect(heard(one)).rejects.toThrow('the other side is gone');
  });

  it('does not count the time in which the way was closed', async () => {
    const { timing, one } = createPair(() => true);
    await timing.advance(9_000);
    one.reopened();
    await timing.advance(9_000);
    expect(one.over.aborted).toBe(false);
  });
});
