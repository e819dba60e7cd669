import { describe, expect, it } from 'vitest';
import { feedbackLabel, feedbackLines } from '../../../../services/domain/prompts/feedback-lines.ts';

const sizeOf = (lines: readonly (string | undefined)[]): number => Buffer.byteLength(lines.join(''));

describe('the lines that quote a scorer', () => {
  it('stand one to an answer, and say what several share once', () => {
    expect(feedbackLines(['a', undefined, 'b', 'a', ' '], 600)).toEqual([
      `${feedbackLabel}a`,
      undefined,
      `${feedbackLabel}b`,
      `${feedbackLabel}the same as above`,
      undefined,
    ]);
  });

  it.each([0, 1, 8, 30, 60, 200, 600])('fit into %i tokens of three bytes, whatever is said', (tokens) => {
    for (const text of ['word '.repeat(500), '界'.repeat(900), '👩‍👩‍👧 '.repeat(300), 'x']) {
      const lines = feedbackLines([text, `${text}!`, 'short', text], tokens);
      expect(sizeOf(lines)).toBeLessThanOrEqual(3 * tokens);
    }
  });

  it('give what a short one does not need to the others', () => {
    const [short, long = ''] = feedbackLines(['short', 'y'.repeat(2000)], 300);
    expect(short).toBe(`${feedbackLabel}short`);
    expect(Buffer.byteLength(long)).toBeGreaterThan(800);
  });

  it('are one line each, of what can be seen', () => {
    const hostile = 'a\nb\r\nc\u2028d\u2029e\u0085f\u000bg\u0000h\u202ei\ud800';
    const [line = ''] = feedbackLines([hostile], 600);
    expect(line).toBe(`${feedbackLabel}a b c d e f g h i\ufffd`);
  });
});
