import { describe, expect, test } from 'vitest';
import { readChoice } from '../../../../services/domain/replies/read-choice.ts';

const four = [...'ABCD'];
const ten = [...'ABCDEFGHIJ'];

describe('the choice that an answer means', () => {
  test.each<[text: string, choice: string | undefined, choices?: readonly string[]]>([
    // Marked as final.
    ['A lot speaks for B. Answer: (C)', 'C'],
    ['The answer is (b).', 'B'],
    ['A) No.\nB) Yes.\nC) No.\nD) No.', 'B'],
    ['A ❌\nB ✅\nC ❌\nD ❌', 'B'],
    ['A ✗, B ✗, C ✓, D ✗', 'C'],
    ['A: no, B: no, C: yes, D: no', 'C'],
    ['A: no. B: no. C: yes. D: no.', 'C'],
    ['1. A - false\n2. B - false\n3. C - true\n4. D - false', 'C'],
    ['None but B fits.', 'B'],
    ['Despite a mostly positive tone, the final verdict is negative.', 'negative', ['positive', 'negative', 'neutral']],
    ['Everything but D can be ruled out.', 'D'],
    ['Anything but C.', undefined],
    ['I was going to say D, but C is better.', 'C'],
    ['mostly positive with a few negative remarks', 'positive', ['positive', 'negative', 'neutral']],
    ['mostly positive, but overall negative', 'negative', ['positive', 'negative', 'neutral']],
    ['the answer is option b', 'B'],
    ['**Answer:** A because it is green', 'A'],
    ['The answer is B, since A is wrong.', 'B'],
    ['Answer: neither A nor C, but B', 'B'],
    ['### Answer\n\nC. the green one', 'C'],
    ['It may be A.\n<answer>right</answer>', 'right', ['left', 'right']],
    ['$\\boxed{\\textbf{(C)}\\ 12}$', 'C'],
    ['We find \\boxed{\\langle H\\rangle \\ll E}.\n\n**Answer: D**', 'D', ten],
    ['Answer: D, for \\boxed{\\angle A = 40^\\circ}.', 'D'],
    ['Answer: D\nNo, \\boxed{C}.', 'C'],
    ['{"choice": "A", "answer": "C"}', 'C'],
    ['**Grade: B\u2212**', 'B-', ['A', 'A-', 'B', 'B-']],
    ['Answer: AB\u207b', 'AB-', ['O+', 'O-', 'AB+', 'AB-']],
    ['Answer: B-, for its style', 'B\u2212', ['A', 'B', 'B\u2212']],
    ['**Grade: B** \u2013 well done', 'B', ['A', 'A-', 'B', 'B-']],
    ['Answer: -1', '-1', ['-1', '0', '1']],
    ['\\boxed{-1}', '-1', ['-1', '0', '1']],
    ['Sentiment: \u22121', '-1', ['-1', '0', '1']],
    ['(-1)', '-1', ['-1', '0', '1']],
    ['- 1', '1', ['-1', '0', '1']],
    ['Answer: **>=**', '>=', ['<', '>', '=', '<=', '>=']],
    ['Answer: -0.5', '-0.5', ['0.5', '-0.5']],
    ['> B', 'B'],
    // Alone, or in front.
    ['**-1**', '-1', ['-1', '0', '1']],
    ['-1: it is negative', '-1', ['-1', '0', '1']],
    ['Sentiment: -1\nIt complains, though 1 part is kind.', '-1', ['-1', '0', '1']],
    ['b. 4', 'B'],
    ['(c)', 'C'],
    ['C\n\nBecause A and B are wrong.', 'C'],
    ['We compare them.\n\n**B**', 'B'],
    ['D - all of them', 'D'],
    ['I', 'I', ten],
    // Said to be right.
    ['I think it is C.', 'C', ten],
    ['A car moves, so it must be C.', 'C'],
    ["It's not A because it makes no sense, therefore I think it's B", 'B'],
    ['A is tempting. C is absurd.\nSo I take B.', 'B'],
    ['The correct option is B. Option A tells of a car.', 'B'],
    ['B is right; A only seems so.', 'B'],
    ['My choice is B, A was close.', 'B'],
    ['Sentiment: Negative. The positive part is small.', 'negative', ['positive', 'negative']],
    ['**Category** = billing, and login is in it', 'billing', ['billing', 'login']],
    ['Reason: billing.\nSo it concerns login', 'login', ['billing', 'login']],
    ['{"label": "billing", "not": "login"}', 'billing', ['billing', 'login']],
    ['答案是B，因为A不对', 'B'],
    ['Between A and B, B fits better.', 'B'],
    ['A. 3 - wrong\nB. 4 - correct\nC. 5 - incorrect', 'B'],
    // Left over.
    ['It is not A, not C and not D.', 'B'],
    ['Options A, C and D are incorrect.', 'B'],
    ['It is not true.', 'false', ['true', 'false']],
    ['Answer: A & B are wrong; C', 'C'],
    // Words.
    ['It is very good', 'very good', ['good', 'very good']],
    ['There is no entailment: not entailment', 'not entailment', ['entailment', 'not entailment']],
    ['No, it is not.', 'no', ['yes', 'no']],
    ['2.5 exceeds 2', '2', ['1', '2', '5']],
    ['account-access', 'account-access', ['account-access', 'billing']],
    ['Category: Account Access', 'account-access', ['account-access', 'billing']],
    ['It is account_access.', 'account access', ['account access', 'billing']],
    ['It is non-toxic.', 'non-toxic', ['toxic', 'non-toxic']],
    ['billing, login', undefined, ['billing', 'login']],
    ['Score: 4/5', '4', ['1', '2', '3', '4', '5']],
    ['I would rate it 3 out of 5.', '3', ['1', '2', '3', '4', '5']],
    ['Ｂ', 'B'],
    ['A, C and D can be ruled out, leaving B.', 'B'],
    ['Among A, B, C and D, the best is B since D is too strong.', 'B'],
    ['B > A > C', 'B'],
    ['B) 4\n\nA) 3 is wrong, as the sum is even.', 'B'],
    ['Yes, no doubt.', 'yes', ['yes', 'no']],
    // None.
    ['Answer: A or B', undefined],
    ['\\boxed{A, B}', undefined],
    ['It is A or B.', undefined],
    ['Answer: A & C are both right', undefined],
    ['A. 3\nB. 4\nC. 5\nD. 6', undefined],
    ['The answer is a car', undefined],
    ['I cannot say', undefined, ten],
    ['Nothing', undefined, ['yes', 'no']],
    ['Vitamin-C', undefined],
    ['E', undefined],
    ['', undefined],
  ])('%j: %s', (text, choice, choices = four) => expect(readChoice(text, choices)).toBe(choice));

  test.each([' ', '(', '"', '>', '\n', 'y', 'Type-', 'A: '])('comes to an end on %j without end', (piece) => {
    expect(readChoice(`Final answer: ${piece.repeat(100_000)}`, four)).toBe(piece === 'A: ' ? 'A' : undefined);
    expect(readChoice(piece.repeat(100_000), four)).toBe(piece === 'A: ' ? 'A' : undefined);
  });

  test('comes to an end on text within text', () => {
    expect(readChoice(`Answer: ${'\\text{'.repeat(10_000)}B${'}'.repeat(10_000)}`, four)).toBe('B');
  });
});
