import { describe, expect, it } from 'vitest';
import { mathStrict } from '../../../../../services/domain/scoring/math-strict.ts';

const score = async (answer: string, reference: string) =>
  (await mathStrict.score(answer, { id: 'q', fields: {}, reference })).score;

describe('the final formula of an answer', () => {
  it.each([
    ['7.78', 'Final Answer: The final answer is $7.78$. I hope it is correct.'],
    ['\\$18.90', 'The answer is $\\$18.90$.'],
    ['\\$18.90', 'The answer is \\$18.90.'],
    ['18.90', 'So she pays $18.90.'],
    ['73', 'Final Answer: **73**'],
    ['73', '**Answer:** **73**'],
    ['73', 'Therefore the answer is ***73***.'],
    ['73', 'The answer is __73__'],
    ['\\frac{3}{4}', 'Thus the final answer is **\\frac{3}{4}**.'],
    ['5', '\\boxed 5'],
    ['5', '$\\boxed5$'],
    ['12', 'So $\\boxed 12$ is it.'],
    ['\\frac12', 'Hence $\\boxed\\frac12$.'],
    ['5', '\\fbox 5'],
    ['x+1', '$\\boxed x+1$'],
    ['5', '\\framebox{5}'],
    ['1,2', '\\boxed{1}, \\boxed{2}'],
    ['1,2', '\\boxed{1}\n\\boxed{2}'],
    ['2', 'First we get \\boxed{1}. Then we get \\boxed{2}.'],
    ['2', '\\boxed{1} and then \\boxed{2}'],
    ['1,2', 'The solutions are $x=\\boxed{1}$ or $x=\\boxed{2}$.'],
    ['1,2', '\\[ \\boxed{1} \\quad \\text{and} \\quad \\boxed{2} \\]'],
    ['1,2,3', '$\\boxed{1}$, $\\boxed{2}$, and $\\boxed{3}$'],
    ['42', '\\boxed{42}\n\n**Final Answer:** 42 apples in 3 baskets'],
    ['42', '\\boxed{42}\n\nThe answer is that there are 42 apples.'],
    ['42', 'So \\boxed{42}. This answer is correct.'],
    ['42', 'So \\boxed{41}. Wait. Final Answer: $42$'],
    ['10455', '\\boxed{255} ... Final Answer: The final answer is $10,455$. I hope it is correct.'],
    ['10455', '\\boxed{455} ... Final Answer: The final answer is $10,455$. I hope it is correct.'],
    ['1.25', '\\boxed{25} ... Final Answer: The final answer is 1.25.'],
    ['3/4', 'It has \\boxed{3} parts.\n\n**Final Answer:** 3/4'],
    ['\\frac{3}{4}', 'It has \\boxed{3} parts. Final Answer: The final answer is $\\frac{3}{4}$.'],
    ['3\\sqrt{2}', 'It has \\boxed{3} parts.\n\n**Final Answer:** $3\\sqrt{2}$'],
    ['-3', 'Its size is \\boxed{3}.\n\n**Final Answer:** -3'],
    ['3', 'So \\boxed{3}.\n\n**Final Answer:** 3 apples of 4'],
    ['17', 'The answer is **17**!'],
    ['17', '**17**!'],
    ['5!', 'The answer is $5!$'],
    ['7', '**Final Answer**\n\n$\\boxed{7}$'],
    ['7', '### Final Answer\n\n\\[ x = 7 \\]'],
    ['2/3', 'Therefore, the probability that Alice wins is 2/3.'],
    ['12', 'Therefore, there are 12 distinct arithmetic sequences that meet the three conditions.'],
    ['100\\%', 'Therefore, the minimum error increases by 100%.'],
    ['120', 'Final Answer: The volume of $ABCDEFGH$ is 120.'],
    ['3', 'Final Answer: Jane started growing Sphere 3 hours ago.'],
    ['odd $n$', 'The answer is odd $n$.'],
    ['\\text{Friday}', 'The answer is Friday.'],
    ['\\text{Friday}', 'Friday'],
    ['2,3', 'The answer is $2$ and $3$.'],
    ['x=2', 'The answer is $x = 2$, which is less than $6$.'],
    ['5\\sqrt{2}', 'The length is 5\\sqrt{2}'],
    ['28\\%', 'The final answer is $28$ %.'],
    ['9', 'Answer \\( \n 9 \n \\)'],
    ['15', 'Hence the area is 15 cm².'],
    ['15', 'Hence the area is 15cm².'],
    ['\\frac{1}{2}', 'So $P = \\frac{1}{2}$.'],
    ['12{,}345', 'It is 12,345'],
    ['42', '42 because geometry proves it'],
    ['42', 'The answer is 42 because geometry proves it'],
    ['-3', 'so x = -3'],
    ['1.5', 'gives 1.5.'],
    ['(2,3)', 'Thus $x=2$ and $y=3$. So the point is $(2,3)$.'],
    ['(2,3)', 'The answer is $x=2$, $y=3$.'],
    ['\\frac{5}{2}', '\\(\\displaystyle\\frac{5}{2}\\)'],
    ['6', '1. \\boxed{6}'],
    ['11', 'The final answer is \\(11\\).\n\nLet me know if you need 3 more steps!'],
    ['42', '<answer>42</answer>'],
    ['42', '<answer>$42$</answer>'],
    ['42', '#### 42'],
    ['42', 'Answer: 42 </s>'],
    ['{-1}, {2}', 'x = -1 or x = 2'],
    ['5', '\\boxed{5} \\boxed{5}'],
    ['5', 'We have \\boxed{5\\text{ apples}}'],
    ['\\dfrac{5}{6}', '$\\boxed{\\dfrac{5}{6}}$.'],
    ['2/3', 'Therefore, the probability is $2/3$, since there are $3$ ways.'],
    ['144', '= \\boxed{144}$$\nTherefore the answer is **144**.'],
  ])('is %s in: %s', async (reference, answer) => {
    expect(await score(answer, reference)).toBe(1);
  });

  it.each([
    ['2', 'The solutions are $x=\\boxed{1}$ or $x=\\boxed{2}$.'],
    ['255', '\\boxed{255} ... Final Answer: The final answer is $10,455$.'],
    ['455', '\\boxed{455} ... Final Answer: The final answer is $10,455$.'],
    ['3', 'Therefore, the probability is $2/3$, since there are $3$ ways.'],
    ['odd $n$', 'The answer is even $n$.'],
    ['odd $n$', '$n$'],
    ['odd $n$', 'even $n$'],
    ['2', 'The answer is $2$ and $3$.'],
  ])('is not %s in: %s', async (reference, answer) => {
    expect(await score(answer, reference)).toBe(0);
  });

  it.each([
    [
      'several values',
      'values $b = \\boxed{-3}$ and $b = \\boxed{4}.$',
      ['\\boxed{-3, 4}', '$\\boxed{4}$ and $\\boxed{-3}$', '4, -3'],
    ],
    ['another form of one', 'We obtain $\\boxed{9x - 2}$, or $\\boxed{-2 + 9x}$.', ['\\boxed{9x-2}', '\\boxed{-2+9x}']],
    ['the same value twice', 'is $\\boxed{27}$.\n\nOR\n\nSince … it is $\\boxed{27}$.', ['\\boxed{27}']],
    ['a box without braces', 'We get $\\boxed 7$.', ['\\boxed{7}', 'The answer is 7.']],
    ['no box', '$x = \\frac{1}{2}$', ['\\boxed{\\frac12}', '0.5']],
  ])('is looked for in the reference too, where it has %s', async (_what, reference, answers) => {
    for (const answer of answers) expect(await score(answer, reference)).toBe(1);
  });

  it('wants all of several values', async () => {
    const reference = 'values $b = \\boxed{-3}$ and $b = \\boxed{4}.$';
    for (const answer of ['\\boxed{-3}', '\\boxed{4}', '\\boxed{-3, 5}', '\\boxed{3, 4}'])
      expect(await score(answer, reference)).toBe(0);
  });
});
