import { describe, expect, it } from 'vitest';
import { dropExact } from '../../../../services/domain/scoring/drop-exact.ts';
import { dropStrict } from '../../../../services/domain/scoring/drop-strict.ts';
import { hotpotqaExact } from '../../../../services/domain/scoring/hotpotqa-exact.ts';
import { hotpotqaStrict } from '../../../../services/domain/scoring/hotpotqa-strict.ts';

const asked = (reference: string) => ({ id: 'q', fields: {}, reference });

describe('the strict DROP scorer', () => {
  const score = (answer: string, reference: string) => dropStrict.score(answer, asked(reference)).score;

  it.each([
    ['ignores case, articles, quotation marks and punctuation', '"The Lions!"', 'lions', 1],
    ['takes the later of two answers', 'The answer is the Bears. Wait, no: the Lions.', 'Lions', 1],
    ['takes a word for how often', 'twice', '2', 1],
    ['takes no other word for how often', 'once', '2', 0],
    ['takes none of some for 0', 'none of them', '0', 1],
    ['takes the end of a calculation in words', '20 yards minus 13 yards equals 7 yards', '7', 1],
    ['takes half for 0.5', 'half', '0.5', 1],
    ['takes a fraction for its decimals', '1/2', '0.5', 1],
    ['takes no other fraction', '1/3', '0.5', 0],
    ['takes a count before the sizes of its parts', 'He kicked 3 field goals, from 25, 31 and 40 yards.', '3', 1],
    ['takes a sum before its parts', 'There were 4 touchdowns in the game: 3 passing and 1 rushing.', '4', 1],
    ['takes the line below a calculation', '1.43 - 1.28 = 0.15\n\nIn 1999 it was 0.15 points lower.', '.15', 1],
    ['leaves out another name', 'Kansas Song, also known as "Crimson"', 'Kansas Song', 1],
    ['reads the day of a date', 'May 5th, 1995', 'May 5, 1995', 1],
    ['leaves out a clause that tells more', 'Answer: John Kasay, who kicked a 45-yard field goal.', 'John Kasay', 1],
    ['leaves out a reason', 'The answer is the Lions, since they won.', 'Lions', 1],
    ['leaves out a remark in brackets', 'The answer is John Kasay (of the Panthers).', 'John Kasay', 1],
    ['leaves out no other guess', 'Answer: John Kasay (or Tom Brady)', 'John Kasay', 4 / 7],
    ['takes no number beside another guess', '2 (or 3)', '2', 0.5],
    ['takes a count before its parts', '3 touchdowns: two by Jones, one by Smith', '3', 1],
    ['takes no part of a count', '3 touchdowns: two by Jones, one by Smith', '2', 0.25],
    ['takes initials with or without blanks', 'J.K. Rowling', 'J. K. Rowling', 1],
    ['takes initials without points', 'CS Lewis', 'C. S. Lewis', 1],
    ['tells initials apart', 'J. R. Rowling', 'J. K. Rowling', 2 / 3],
    ['takes a place of two parts before the word', 'Marion, South Australia is the answer.', 'Marion, South Australia', 1],
    ['reads the day before its month', 'the 5th of May', '5 May', 1],
    ['keeps another ordinal', 'the 5th drive', '5 drive', 0],
    ['takes a slash between words for a gap', 'Hispanic/Latino', 'Hispanic Latino', 1],
    ['leaves out how sure the answer is', 'Rams\nConfidence: 95%', 'Rams', 1],
    ['takes the tagged answer', 'First 3, then 7. <answer>7</answer> of 9', '7', 1],
    ['takes the boxed answer', 'So it is \\boxed{\\text{Green Bay}} in the end', 'Green Bay', 1],
    ['takes the answer under a heading', 'They ran 3 times.\n\n**Answer:** 12 yards', '12', 1],
    ['takes an announced answer up to the end of its sentence', 'The answer is J. Smith. He threw 3 passes.', 'J. Smith', 1],
    ['takes no judgement for an answer', 'I checked it. The answer is correct.\nAnswer: Paris', 'Paris', 1],
    ['takes what a judgement confirms', 'Let me check: 100 - 4 = 96. The original answer is correct: **96**.', '96', 1],
    ['takes a bare number with its unit', '43 yards', '43', 1],
    ['takes a number from a sentence without others', 'Carr threw for 163 yards.', '163', 1],
    ['takes a number from the last sentence', 'We have 3,700 - 1,700 = 2,000. So it is 2,000 more.', '2000', 1],
    ['takes the end of a calculation', 'The difference is 27 - 17 = 10 points.', '10', 1],
    ['takes the number before a calculation', '10 (27 - 17)', '10', 1],
    ['gives a wrong calculation no more than its words', '100% - 3.72% = 96.28%', '8', 0],
    ['takes no number from within a calculation', '27 - 17 = 10', '17', 0.5],
    ['takes none of several numbers in a sentence', 'It lasted 20 years, until 1500', '20', 2 / 7],
    ['takes no number from a list of guesses', '1|2', '12', 0],
    ['refuses another number, whatever the words', '44 yards', '43 yards', 0],
    ['tells a decimal from a number without the point', '96.28', '9628', 0],
    ['reads number words', 'three', '3', 1],
    ['reads scales', '$1.6 million', '1,600,000', 1],
    ['reads trailing zeros', '12.0', '12', 1],
    ['gives part of the score for part of the words', 'red fox', 'red fox ran', 0.8],
    ['takes the best gold answer', 'seven', '8|7', 1],
    ['pays for several spans where several are wanted', 'Bears|Lions', 'Lions and Bears', 1],
    ['lets a missing span cost', 'Lions', 'Lions and Bears', 0.5],
    ['lets each further guess cost', '1|2|3', '3', 1 / 3],
    ['refuses a list of guesses that is too long', '1|2|3|4|5|6|7|8|9', '9', 0],
    ['reads a scale as a number, or as a word', '1.6 million', '1.6', 2 / 3],
    ['takes no scale for a unit', '3 hundred', '3', 2 / 3],
    ['reads compound number words', 'eighty-five yards', '85', 1],
    ['reads none', 'None.', '0', 1],
    ['reads a number beside a year', 'So 9.2% of the people in Orem in 2000 were old.', '9.2', 1],
    ['reads a number beside two years', 'Nine years passed between 1990 and 1999.', '9', 1],
    ['reads a scale beside years', 'Thus, the party lost 1.6 million members from 1933 to 1939.', '1600000', 1],
    ['reads a difference', 'So there were 258 more voters in the 2013 election compared to the 2009 election.', '258', 1],
    ['reads a share', 'Therefore, 74.60% of the people are not in the age group of 45 to 64.', '74.6', 1],
    ['reads a half beside a number', '3½', '3.5', 1],
    ['takes a half for no digits', '3½', '31', 0],
    ['takes what follows from numbers', 'They scored 14 and 7, so 21.', '21', 1],
    ['takes what is denied for no part', 'The answer is Brady, not Manning.', 'Brady', 1],
    ['leaves out an apposition', 'Brady, the quarterback', 'Brady', 1],
    ['takes none for no other number', 'none', '10', 0],
    ['reads hundreds in words', 'one hundred and five', '105', 1],
    ['keeps two numbers in words apart', 'five and six', '11', 0],
    ['reads ordinals', 'the twenty-first', '21st', 1],
    ['tells an ordinal from its number', 'third', '3', 0],
    ['reads percent as a word', '74.6 percent', '74.60%', 1],
    ['reads currencies', 'US$500', '500', 1],
    ['takes a fraction for no longer number', '1/2', '12', 0],
    ['takes a time for no longer number', '10:30', '1030', 0],
    ['takes a time with its unit', '1:24 remaining', '1:24', 1],
    ['tells a number from its negative', '-5', '5', 0],
    ['reads the typographic minus', '\u22125', '-5', 1],
    ['takes words with and without a hyphen for the same', 'counter attack', 'counter-attack', 1],
    ['takes words with a hyphen and as one for the same', 'counterattack', 'counter-attack', 1],
    ['refuses another number that a hyphen joins to words', "McNabb's 55-yard pass", "McNabb's 45-yard pass", 0],
    ['takes no range for a number', '24-17', '2417', 0],
    ['counts each word once, as officially', 'red and blue', 'red and blue and green', 6 / 7],
    ['takes the lines of a list', 'The answer is:\n- Lions\n- Bears', 'Lions, Bears', 1],
    ['gives nothing to an empty answer', '', 'x', 0],
    ['gives nothing where there is no gold answer', 'x', ' | ', 0],
  ])('%s', (_rule, answer, reference, expected) => {
    expect(score(answer, reference)).toBeCloseTo(expected, 2);
  });

  it('reports what it read', () => {
    expect(dropStrict.score('So.\nAnswer: **12 yards**', asked('12'))).toEqual({ score: 1, extracted: '12 yards' });
  });
});

describe('the exact DROP scorer', () => {
  const score = (answer: string, reference: string) => dropExact.score(answer, asked(reference)).score;

  it.each([
    ['accepts what differs in case, articles and notation only', 'Answer: the 1,200 Men', '1200 men', 1],
    ['accepts any gold answer', 'seven', '8|7', 1],
    ['refuses a word too many', 'seven men', '7', 0],
    ['refuses words in another order', 'fox red', 'red fox', 0],
  ])('%s', (_rule, answer, reference, expected) => {
    expect(score(answer, reference)).toBe(expected);
  });
});

describe('the strict HotpotQA scorer', () => {
  const score = (answer: string, reference: string) => hotpotqaStrict.score(answer, asked(reference)).score;

  it.each([
    ['takes a decision at the end', 'Both are American, so yes.', 'yes', 1],
    ['takes a decision in a clause of its own', 'Based on the passages, no, they are not.', 'no', 1],
    ['takes a decision in a sentence of its own', 'Only one of them is American. No.', 'no', 1],
    ['takes no decision for one beside the other', 'Yes and no', 'yes', 0],
    ['takes the decision behind the question', 'Yes or no? No.', 'no', 1],
    ['takes no article for a decision', 'No doubt: yes', 'no', 0],
    ['takes the decision behind an article', 'No doubt: yes', 'yes', 1],
    ['takes no sentence about nobody for a decision', 'No one knows.', 'no', 0],
    ['takes no number for a decision', 'No. 5', 'no', 0],
    ['takes a no before a name for a decision', 'No Korn is not older than Tool', 'no', 1],
    ['takes no decision that is taken back', 'No, wait, yes', 'no', 0],
    ['takes no decision that is denied', 'That is not a yes', 'yes', 0],
    ['takes another word for a decision', '{"answer": true}', 'yes', 1],
    ['takes no other decision at the end', 'No, so yes', 'yes', 0],
    ['reads a heading in German', 'Antwort: Delhi', 'Delhi', 1],
    ['reads a heading in Chinese', '回答：Delhi', 'Delhi', 1],
    ['takes the marked answer', 'Rome is the capital of Italy.\nAnswer: Rome', 'Rome', 1],
    ['gives the harmonic mean of precision and recall', 'King Henry', 'King Henry VIII', 0.8],
    ['takes the first word of an answer for the decision', 'Yes, both are rivers', 'yes', 1],
    ['refuses the other decision', 'No, only one is', 'yes', 0],
    ['takes words with a hyphen and as one for the same', 'superregional mall', 'super-regional mall', 1],
    ['takes a letter and a number with a hyphen and as one for the same', 'F16', 'F-16', 1],
    ['gives part of the score for a number without its scale', '150', '150 million copies', 0.5],
    ['tells a number from its negative', '5', '-5', 0],
    ['takes an answer that begins like a judgement', '<answer>in the village</answer>', 'in the village', 1],
    ['finds no decision in an answer that names both', 'It may be yes or no', 'yes', 0],
    ['gives a decision nothing where words are wanted', 'no', 'no man', 0],
  ])('%s', (_rule, answer, reference, expected) => {
    expect(score(answer, reference)).toBeCloseTo(expected, 12);
  });
});

describe('the exact HotpotQA scorer', () => {
  const score = (answer: string, reference: string) => hotpotqaExact.score(answer, asked(reference)).score;

  it.each([
    ['accepts what differs in case, articles and punctuation only', 'The answer is: the "Blue Nile".', 'Blue Nile', 1],
    ['refuses part of the words', 'Nile', 'Blue Nile', 0],
    ['refuses a decision with words after it', 'Yes, both are', 'yes', 0],
  ])('%s', (_rule, answer, reference, expected) => {
    expect(score(answer, reference)).toBe(expected);
  });
});
