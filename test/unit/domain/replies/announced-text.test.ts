import { describe, expect, test } from 'vitest';
import { announcedText } from '../../../../services/domain/replies/announced-text.ts';
import { markedAnswer, markedReadings } from '../../../../services/domain/replies/marked-answer.ts';

describe('what a text announces as its answer', () => {
  test.each([
    ['in tags', 'First 3. <answer>Rome</answer> I hope so.', 'Rome'],
    ['in tags with an attribute, in capitals', '<ANSWER type="final">Rome</ANSWER>', 'Rome'],
    ['in tags of another name', '<final_answer>Rome</final_answer>', 'Rome'],
    ['in the last tags that hold something', '<answer>Rome</answer>\n<answer> </answer>', 'Rome'],
    ['in a tag that is never closed', 'So:\n<answer>Rome', 'Rome'],
    ['in tags, in a sentence', '<answer>The answer is Rome.</answer>', 'Rome'],
    ['in JSON', 'Here:\n```json\n{"thought": "t", "answer": "Rome \\"the\\" city"}\n```', 'Rome "the" city'],
    ['in JSON, as a number', '{"final_answer": -2.5}', '-2.5'],
    ['under a heading', 'He ran.\n\n**Answer:** Rome', 'Rome'],
    ['under a heading, in bold as a whole', 'He ran.\n\n**Answer: Rome**', 'Rome'],
    ['under a heading with a check mark', '✅ Final Answer: **Rome**', 'Rome'],
    ['under a heading in the middle of a line', 'It is easy. Answer: Rome', 'Rome'],
    ['under a heading of Markdown', 'He ran.\n\n## Final Answer\n\nRome', 'Rome'],
    ['under a bold line', '**Final Answer**\n\nRome', 'Rome'],
    ['below the line that introduces it', '### Final Answer\nThus, the capital is:\n\n**Rome**', 'Rome'],
    ['in a formula below the line that introduces it', '### Final Answer\nThus, the total is\n\\[\n12\n\\]', '\\[\n12\n\\]'],
    ['in a line that introduces nothing', '### Final Answer\nThe capital is:', 'The capital is:'],
    ['under a numbered heading', '3. **Final answer**:\nRome', 'Rome'],
    ['under a heading with a remark', 'Answer (one word): Rome', 'Rome'],
    ['behind an equals sign', 'Answer = 12', '12'],
    ['behind a dash', 'Final answer — Rome', 'Rome'],
    ['behind a wide colon', 'Answer：Rome', 'Rome'],
    ['in a formula apart', 'Final answer:\n\\[\n245\n\\]\nin 3 steps', '\\[\n245\n\\]'],
    ['in a list', 'The answers are as said. Answer:\n- Rome\n- Paris\n\nBoth are.', 'Rome, Paris'],
    ['up to the end of the sentence', 'Answer: Rome. It is the capital.', 'Rome'],
    ['and announced again', 'Final Answer: The final answer is Rome. I hope it is correct.', 'Rome'],
    ['and announced again, in bold', '**Answer:** The answer is **Rome**.', 'Rome'],
    ['with a number that has a point', 'Final Answer: The final answer is 7.78. I hope it is correct.', '7.78'],
    ['after a colon and a line', 'Dividing gives:\n\nRome', 'Rome'],
    ['behind hashes at the end', 'We add.\n#### 42', '42'],
    ['in a sentence', 'He ran. The answer is Rome. He threw 3 passes.', 'Rome'],
    ['in a sentence about the question', 'The answer to the question would be Rome.', 'Rome'],
    ['in a sentence with a remark', 'The answer (in one word) is Rome. So', 'Rome'],
    ['in a sentence with an adverb', 'The answer, therefore, is Rome.', 'Rome'],
    ['with initials', 'The answer is J. R. R. Tolkien. He wrote it.', 'J. R. R. Tolkien'],
    ['with an abbreviation', 'The answer is St. Paul vs. Dr. No. They met.', 'St. Paul vs. Dr. No'],
    ['with a firm', 'Answer: Apple Inc. and others. Both are firms.', 'Apple Inc. and others'],
    ['with a number behind an abbreviation', 'The answer is No. 5. It smells.', 'No. 5'],
    ['above its explanation', 'Rome\n\nExplanation: It has 3 airports.', 'Rome'],
    ['above its explanation, in Markdown', '**Rome.**\n\n**Reasoning**: It has 3 airports.', 'Rome'],
    ['above its explanation, unless that ends otherwise', 'Rome\n\nExplanation: I erred. The answer is Paris.', 'Paris'],
    ['before the word', 'Therefore, Green Bay is the answer, with 3 wins.', 'Green Bay'],
    ['before the word, as a number', 'Adding up, I get **$18** as my final answer, at 2 each.', '$18'],
    ['under a short heading', 'Ans: Rome\nIt has 3 airports.', 'Rome'],
    ["in Python's dict", "{'answer': 'Rome\\'s', 'steps': 3}", "Rome's"],
    ['in JSON, under two words', '{"final answer": "Rome", "steps": 3}', 'Rome'],
    ['in JSON, under another word', '```json\n{"label": "Rome", "confidence": 95}\n```', 'Rome'],
    ['in Chinese', '最终答案是 **18** 元。（9 × 2）', '18 元'],
    ['in Chinese, under a heading', '答案：罗马，因为它是首都。', '罗马'],
    ['behind what it is not', 'The answer is not 20 but 18.', '18'],
    ['as no', 'The answer is no. The two differ.', 'no'],
    ['as a letter', 'The answer is B. I hope it is correct.', 'B'],
    ['as a sign', 'ANSWER: ☆', '☆'],
    ['as a product', 'Answer: 2**3 * 5', '2**3 * 5'],
    ['that begins like a judgement', 'The answer is right back. He plays there.', 'right back'],
    ['that begins like one, with a capital', 'The answer is Wrong Turn.', 'Wrong Turn'],
    ['that begins like one, under a heading', '**Answer:** Not Fade Away', 'Not Fade Away'],
    ['that begins like one, with a hyphen', '<answer>right-handed</answer>', 'right-handed'],
    ['that begins like one, with a preposition', 'The answer is in the village of Aldenham.', 'in the village of Aldenham'],
    ['that is a judgement, if there is nothing else', 'The answer is correct.', 'correct'],
    ['a final one before a later heading of another', 'The answer was: a\nThe final answer is b.', 'b'],
    ['and not what is said about it', 'It is Rome: yes.\nAnswer: Rome\nThe answer is correct because it is the capital.', 'Rome'],
    [
      'and not how it should be mended',
      'The answer should be changed to a name.\nSo the answer should simply be:\n\nRome',
      'Rome',
    ],
    ['and not its format', 'Answer: Rome\nThe answer is in the correct format.', 'Rome'],
    ['and not what it is not', 'The answer is Rome. Of course the answer is not Paris.', 'Rome'],
    ['and not what another proposed', 'The answer is Rome. The proposed answer is Paris, which is wrong.', 'Rome'],
  ])('%s', (_how, text, answer) => expect(announcedText(text)).toBe(answer));

  test.each([
    ['nothing', 'It is Rome, and nothing else.'],
    ['a judgement', 'We compared them. The answer is correct and properly formatted.'],
    ['a place to fill in', 'Answer: ____\nAnswer: ...'],
    ['a tag that is named', 'I put it in <answer> tags'],
    ['an answer that is denied', 'It cannot be that Rome is the answer to it.'],
    ['a line that begins a text', 'We compare the two.\n\nExplanation: Rome is larger.'],
    ['a heading', '## Rome\n\nExplanation: it is large'],
    ['JSON with several results', '{"result": 4, "label": "b"}'],
    ['a long field', `{"solution": "${'word '.repeat(40)}"}`],
    ['a word that holds the word', 'The answerphone: it is loud'],
  ])('is nothing for %s', (_what, text) => expect(announcedText(text)).toBeUndefined());
});

test.each([
  ['what a box holds', 'So \\boxed{\\text{Rome}}.', 'Rome'],
  ['what a heading below a box says', 'We have \\boxed{x + 1}.\n\n**Answer: Rome**', 'Rome'],
  ['what a final sentence below a box says', 'We get \\boxed{255}. The final answer is Rome.', 'Rome'],
  ['what a box holds, whatever a later sentence says', '\\boxed{Rome}. The answer is known to all.', 'Rome'],
  ['what the box in tags holds', '<answer>\\boxed{Rome}</answer>', 'Rome'],
  ['what the box under a heading holds', 'Answer: $\\boxed{Rome}$', 'Rome'],
  ['the whole where nothing is marked', ' It is "Rome" ', 'It is "Rome"'],
  ['what quotation marks hold', 'Answer: "Rome."', 'Rome'],
])('the marked words are %s', (_what, text, words) => expect(markedReadings(text)[0]).toBe(words));

test('an answer of several sentences may be meant as it stands', () => {
  expect(markedReadings('Answer: I am here. Come in.')).toEqual(['I am here', 'I am here. Come in.']);
  expect(markedAnswer('Answer: I am here. Come in.')).toBe('I am here. Come in.');
  expect(markedAnswer('Final Answer: The final answer is Rome. I hope it is correct.')).toBe('Rome');
  const long = `Answer: ${'word '.repeat(1000)}end`;
  expect(markedReadings(long)).toContain(long.slice('Answer: '.length));
});

test.each([
  ['`my_name`', 'my_name'],
  ['**2*3**', '2*3'],
  ['_Rome_', 'Rome'],
])('what stands in the Markdown of %s is kept', (text, kept) => expect(markedReadings(`Answer: ${text}`)[0]).toBe(kept));

test('a text that announces without end is read in no time', () => {
  const parts = [
    '<answer>',
    'answer: ',
    'The answer is ',
    'answer (',
    '"answer": ',
    '\nanswer\n',
    'answer\n- a\n',
    '. a. b',
    '**a** ',
    '\\[',
  ];
  for (const part of parts) announcedText(part.repeat(20_000));
});
