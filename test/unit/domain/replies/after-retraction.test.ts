import { describe, expect, it } from 'vitest';
import { afterRetraction } from '../../../../services/domain/replies/after-retraction.ts';

describe('what a text says behind the last place where it takes back what it said', () => {
  it.each([
    ['The answer is 20. Wait, no, it is 18.', '18.'],
    ["The answer is 20. Wait, that's wrong: it should be 18.", '18.'],
    ['20. No wait, 19. Sorry, I meant 18.', '18.'],
    ['20 apples. Scratch that, 18 apples.', '18 apples.'],
    ['\\boxed{10}\n\nActually, I made an arithmetic error. So $12$', '$12$'],
    ['London. Hmm, that is not right. Paris', 'Paris'],
    ['B – wait, no – D', 'D'],
  ])('%j', (text, later) => expect(afterRetraction(text)).toBe(later));

  it.each([
    'The answer is 20. Wait, no need to round.',
    '20. Wait, no other number fits.',
    '20. Wait, let me check: 60 / 3 = 20.',
    '20. Wait, that is wrong... no, my original answer was correct: 60 / 3 = 20.',
    'Wait, no: 18',
    'The claim that 2 is odd is wrong. So 3.',
    '20. Wait, no.',
  ])('nothing is taken back: %j', (text) => expect(afterRetraction(text)).toBeUndefined());

  it('comes to an end', () => {
    for (const piece of ['wait, ', 'no ', 'I made a ', 'it is ', 'so, ', '- ']) {
      expect(typeof afterRetraction(`5. Wait, no: ${piece.repeat(30_000)}`)).not.toBe('number');
    }
  });
});
