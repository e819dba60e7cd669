import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gsm8kStrict } from '../../../../services/domain/scoring/gsm8k-strict.ts';

const scored = (answer: string, reference: string) => gsm8kStrict.score(answer, { id: 'q', fields: {}, reference });

describe('the strict GSM8K scorer', () => {
  it.each([
    [
      'takes what is said after another answer was taken back',
      'The answer is 20. Wait, that is wrong: it should be 18.',
      '18',
      1,
    ],
    ['takes no answer that is taken back', '#### 20\n\nOops, I made a mistake. 3 * 6 = 18.', '20', 0],
    ['reads a decimal comma', 'Antwort: 3,5 kg', '3.5', 1],
    ['reads words in a sentence', 'She makes eighteen dollars a day.', '18', 1],
    ['takes neither of two numbers in words', 'Two of them have eighteen, and three have four.', '18', 0],
    ['takes no "one" for a number', 'No one knows.', '1', 0],
    ['takes what a total makes', 'A total of 4 baskets of 20 apples makes 80.', '80', 1],
    ['takes what a sentence states before its details', 'John collects 360 peaches in 3 hours.', '360', 1],
    ['takes the first number of no sentence whose subject it is', 'The 3 friends meet again in 4 hours.', '4', 1],
    ['takes what is needed', 'So, it takes her 50 minutes to walk the entire 3 miles.', '50', 1],
    ['takes what is needed for several', 'It will take Ann 4 hours to dig 30 small and 15 large holes.', '4', 1],
    ['takes what is needed, behind a sum', 'She needs 8 + 15 = 23 pounds to stuff 4 small beds and 3 large ones.', '23', 1],
    ['takes the subject of what is needed', 'Therefore, 3 trucks are needed to move 80 stones.', '3', 1],
    ['takes what a price is for', 'Thus, the total cost for 20 is $240 at $12 each.', '240', 1],
    ['takes packs, and not what they hold', 'She needs 4 packs of 6.', '4', 1],
    ['takes no number of a compound', 'She needs 4 6-packs.', '4', 1],
    ['takes a number in words before a compound', 'She needs four 6-packs.', '4', 1],
    ['takes a compound alone', 'It is a 3-day trip.', '3', 1],
    ['takes a difference', 'So, it costs $3 more for 1/2 pound of nuts than for 1/3 pound.', '3', 1],
    ['takes what follows from a difference', 'Ann has 7 fewer plants than Bob, so she has 16 - 7 = 9 plants.', '9', 1],
    ['takes the end behind a condition', 'If he misses more than 4 lessons, each costs more than $10.', '10', 1],
    ['takes what a later clause says', 'He earns 5 dollars in 2 hours and 20 in 8.', '20', 0],
    ['takes an age', 'Therefore, Allen will be 109 years old 10 years from now.', '109', 1],
    ['takes what is left before a share', 'Therefore, 20 pupils take both, which is 40% of 50.', '20', 1],
    ['takes a percentage, and not its whole', '75% of the 40 marbles', '75', 1],
    ['takes a total before a list', '260 sheep in total: 20 + 80 + 160.', '260', 1],
    ['takes the beginning of what is no sentence', '12 apples, 4 for each of the 3 children', '12', 1],
    ['takes words behind a conclusion', 'She sells 9 eggs for 2 dollars each, so she makes eighteen dollars.', '18', 1],
    ['takes words above a calculation', 'The answer is four: 10 - 6.', '4', 1],
    ['takes what a share is', 'So, 40% of the pupils are 20.', '20', 1],
    ['takes half a dozen', 'half a dozen', '6', 1],
    ['takes a unit of two parts', 'It takes 160 minutes, i.e. 2 hours and 40 minutes.', '160', 1],
    ['takes a second sentence in another unit', 'He runs 9*60 = 540 meters a week. That is 0.54 km.', '540', 1],
    ['takes either unit in LaTeX', '\\[ 24500 \\text{ cents} \\quad \\text{or} \\quad 245 \\text{ dollars} \\]', '245', 1],
    ['leaves out an error of one digit', '18 ± 1', '18', 1],
    ['reads thousands of euros', '70.000 €', '70000', 1],
    ['takes a total before its time', 'She saves a total of 20 dollars in 5 days.', '20', 1],
    ['takes what a total comes to', 'She has a total of 9 eggs, and sells them for $18', '18', 1],
    ['takes what a total is sold for', 'She sells a total of 9 eggs for $18', '18', 1],
    ['takes the only formula of a sentence', 'Ryan has \\( 25 \\) flowers after 15 days.', '25', 1],
    ['takes the last number beside several formulas', 'Of \\(25\\) flowers, \\(10\\) grew in 3 days', '3', 1],
    ['takes no number of the subject', '### Final Answer\nThe 42 kg bag of rice will last for 3 weeks.', '3', 1],
    ['takes the number of a subject alone', '### Final Answer\nThe 42 kg bag', '42', 1],
    ['takes no calculation for parts', 'Sum of guesses: 240\n- Average: \\( \\frac{240}{3} = 80 \\)', '80', 1],
    ['takes a total before its parts', 'It takes a total of 3 bolts: 2 blue and 1 white.', '3', 1],
    ['takes a total above its parts', 'The sum is 260.\n\n**Breakdown:**\n- Ann: 20\n- Bob: 80\n- Cy: 160', '260', 1],
    ['takes the last of what is no sum', 'In total they have 5: Ann has 2, so Bob has 4', '5', 0],
    ['takes what follows from a total', 'Together they have 5: Ann has 2, so Bob has 3', '3', 1],
    ['takes the sum of a turned equation', 'Her earnings are $460 = $400 + $60.', '460', 1],
    ['takes no number of another whole', 'He has $8 remaining out of $50.', '8', 1],
    ['takes no number that is denied', 'The year was 2024, not 2023.', '2024', 1],
    ['takes no number to compare with', 'It is now 100, up from 90.', '100', 1],
    ['takes no number of a reason', 'He needs 2 more because he already has 3.', '2', 1],
    ['takes a number behind a reason', 'Because he already has 3, he needs 2 more.', '2', 1],
    ['takes the end of a sentence that begins with a reason', 'It is 6.75. Since packs are whole, he buys 7', '7', 1],
    ['takes no number of a courtesy', 'Thus: 8\n\nIf you want 2 more, let me know.', '8', 1],
    ['takes no number of a remark', 'The peak is 8,848 m (29,029 ft) high.', '8848', 1],
    ['takes either of two units', 'It takes 90 minutes, or 1.5 hours.', '90', 1],
    ['takes either of two units, the second', 'It takes 90 minutes, or 1.5 hours.', '1.5', 1],
    ['takes no second unit that is another quantity', 'The answer is 90 minutes or 2 hours.', '2', 0],
    ['leaves out how sure the answer is, in a sentence', "I think it's 48, but I'm not 100% sure.", '48', 1],
    ['reads euros and cents', 'It costs €694,00.', '694', 1],
    ['reads euros and cents with thousands', 'It costs 1.234,50 € in all', '1234.5', 1],
    ['reads what is below zero', 'It is 5 degrees below zero.', '-5', 1],
    ['reads a decimal comma behind thousands', '1.234,50 €', '1234.5', 1],
    ['takes no part of a decimal comma', '3,5', '5', 0],
    ['takes three digits behind a comma for thousands', '1,234', '1234', 1],
    ['takes a pair for no number with a comma', '(3,4)', '3.4', 0],
    ['reads fractions in words', 'Three quarters.', '0.75', 1],
    ['reads half', 'half', '0.5', 1],
    ['takes an ordinal for no fraction', 'the third one', '0.333333', 0],
    ['takes a calculation for its result', '\\boxed{2 \\times 9}', '18', 1],
    ['takes no part of a calculation', '\\boxed{20 - 2}', '20', 0],
    ['knows what binds more', 'Answer: 2 + 3 * 4', '14', 1],
    ['takes neither of two answers', 'The answer is 10 or 12.', '10', 0],
    ['takes none of a list', '\\boxed{18, 20}', '18', 0],
    ['takes the first of two units', 'The answer is 90 minutes or 1.5 hours.', '90', 1],
    ['takes the number before a remark', '90 minutes (1.5 hours)', '90', 1],
    ['takes words before a remark', 'eighteen (9 at 2)', '18', 1],
    ['takes the end of a calculation in brackets', 'She pays for 3 shirts (3 * 15 = 45)', '45', 1],
    ['leaves out how sure the answer is', '10 (confidence: 90%)', '10', 1],
    ['leaves out how sure the answer is, in a line', '10\nConfidence: 0.9', '10', 1],
    ['reads an hour', 'She must start at 2:00 pm.', '2', 1],
    ['leaves out what an error is', '3 ± 0.1', '3', 1],
    ['takes no box that is denied', 'So $\\boxed{18}$, not $\\boxed{20}$.', '18', 1],
    ['reads wide digits', '１８', '18', 1],
    ['reads French', 'La réponse est 18 œufs pour 2 jours.', '18', 1],
    ['reads Russian', 'Ответ: 18 (9*2)', '18', 1],
    ['reads Japanese', '答えは18です。（9×2）', '18', 1],
    ['prefers a boxed answer to a later number', 'She has \\boxed{12} apples after 3 days.', '12', 1],
    ['reads nested braces in a box', '\\boxed{\\text{about } \\frac{3}{4}} of 9', '0.75', 1],
    ['reads a box with a unit', '\\boxed{36 \\text{ signatures}} of 100', '36', 1],
    ['takes the last box', '\\boxed{1} no, \\boxed{2}', '2', 1],
    ['falls back from an empty box', '\\boxed{} so the answer is 4', '4', 1],
    ['falls back from a box that is never closed', 'so 8 and \\boxed{12', '12', 1],
    ['prefers the line after hashes to a later number', '#### 42\nThat took 5 minutes.', '42', 1],
    ['reads an announced answer', 'So the answer is 36 signatures. They have 3 weeks.', '36', 1],
    ['reads an announced answer in bold', '**Final answer:** $18 per day, for 7 days', '18', 1],
    ['takes the result of an announced equation', 'The answer is 20 + 16 = 36', '36', 1],
    ['reads an announced answer on the next line', 'The final answer is:\n\\[ 245 \\]\nin 3 steps', '245', 1],
    ['does not take a rejected answer', 'So it is 42. The proposed answer is 99, which is wrong. It is 42', '42', 1],
    ['reads a bold answer', 'They need **36 signatures** to reach the goal of 100', '36', 1],
    ['takes no heading for an answer', '**1. Count them**\n\nThere are 9', '9', 1],
    ['takes the last number without a mark', 'There are 3 bags with 4 apples, 12 in all', '12', 1],
    ['takes the number above its explanation', '18\n\nExplanation: 16 - 3 - 4 = 9 eggs at $2 each.', '18', 1],
    ['takes the end of an arrow', 'Answer: 9 * 2 → 18 dollars', '18', 1],
    ['takes a number with its name in bold in the last line', 'So:\n**Profit: $70,000** in 1 year', '70000', 1],
    ['takes no such number further up', '**Monday: 5 miles**\n**Friday: 7 miles**\nThat makes 12.', '12', 1],
    ['reads a box that has lost its backslash', 'So boxed{18} after 3 steps', '18', 1],
    ['reads currency and thousands separators', '#### $1,234.50', '1234.5', 1],
    ['reads LaTeX thousands separators', '\\boxed{1{,}234}', '1234', 1],
    ['reads thin spaces as separators', '\\boxed{12\\,500}', '12500', 1],
    ['reads a negative answer', 'It is -10 degrees', '-10', 1],
    ['reads the typographic minus', '\\boxed{\u221210}', '-10', 1],
    ['reads a negative amount of money', '#### -$5', '-5', 1],
    ['takes no hyphen for a minus', 'from 3-5', '5', 1],
    ['takes no list mark for a minus', 'apples:\n- 5', '5', 1],
    ['ignores trailing zeros', '#### 18.00', '18', 1],
    ['divides a fraction', '#### 3/4', '0.75', 1],
    ['adds up a mixed number', '#### 1 1/2', '1.5', 1],
    ['reads a percentage as the number that was asked for', '#### 50%', '50', 1],
    ['reads a percentage as a share', '#### 50%', '0.5', 1],
    ['does not multiply a share', '#### 0.5', '50', 0],
    ['reads exponents', '#### 1e3', '1000', 1],
    ['splits a list of numbers that commas do not group', '12345,678', '678', 1],
    ['refuses a wrong number', '#### 41', '42', 0],
    ['reads words where there are no digits', 'twelve', '12', 1],
    ['takes the tagged answer', '<answer>72</answer> of 100', '72', 1],
    ['takes the answer in JSON', '{"answer": 72, "confidence": 95}', '72', 1],
    [
      'takes a final answer below a box',
      'It bears \\boxed{255}. Final Answer: The final answer is $10,455$. I hope it is correct.',
      '10455',
      1,
    ],
    [
      'takes no sentence below a box that names it',
      '\\boxed{3}\n\n### Final Answer\nThe 42 kg bag lasts for **3 weeks**.',
      '3',
      1,
    ],
    ['takes the bold number of a sentence under a heading', '### Final Answer\nThe 42 kg bag lasts for **3 weeks**.', '3', 1],
    ['compares whole numbers exactly', 'The answer is 5,000,004.', '5000000', 0],
    ['compares long whole numbers exactly', '#### 18446744073709551615', '18446744073709551616', 0],
    ['compares decimals to six places', '#### 33.3333333', '33.33333333', 1],
    ['tells a number from its negative', '#### \u22127', '7', 0],
    ['reads words behind the announcement', 'The answer is negative twenty-five dollars.', '-25', 1],
    ['reads words with a fraction', 'The answer is two and a half.', '2.5', 1],
    ['reads words rather than an earlier number', 'There are 3 cats. The answer is twelve.', '12', 1],
    ['takes no sentence that begins with a number word', 'Two friends share it, so each gets a half.', '2', 0],
    ['takes "one of" for no number', 'The answer is one of them', '1', 0],
    ['takes no words where there are digits', 'I have two ideas: 5', '2', 0],
    ['reads a number that blanks group', '#### 12 500', '12500', 1],
    ['divides by nothing', '#### 5/0', '5', 0],
  ])('%s', (_rule, answer, reference, score) => {
    expect(scored(answer, reference).score).toBe(score);
  });

  it('reports what it read', () => {
    expect(scored('#### $20.00 for both', '20')).toEqual({ score: 1, extracted: '$20.00' });
    expect(scored('no idea', '20')).toEqual({ score: 0, extracted: '' });
  });

  it('recognises every marked integer among distractors', () => {
    const marks = [
      (value: string) => `\\boxed{${value}}`,
      (value: string) => `\n#### ${value}`,
      (value: string) => `The final answer is ${value}.`,
    ];
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.constantFrom(...marks), (value, other, mark) => {
        const written = value.toLocaleString('en-US');
        expect(scored(`We start from ${other}. ${mark(written)}\nIt took ${other} steps.`, String(value)).score).toBe(1);
      }),
    );
  });

  it.each(['\n', ' ', ':', 'result: ', '\n#'])('comes to an end on %j without end', (piece) => {
    expect(scored(`result ${piece.repeat(100_000 / piece.length)} 7`, '7').score).toBe(1);
  });

  it.each(['**12** {{{{ \\boxed{ 3,3,3,3 ', '1 '])('reads long answers of %j without getting slow', (piece) => {
    const before = process.cpuUsage();
    scored(`${piece.repeat(100_000 / piece.length)} 7`, '7');
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});
