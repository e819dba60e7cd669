import { afterAll, describe, expect, it } from 'vitest';
import { feedbackLimit, feedbackOn } from '../../../../services/domain/scoring/feedback-on.ts';
import { scoreAnswer } from '../../../../services/domain/scoring/score-answer.ts';
import { createLazySandbox } from '../../../../services/shared/sandbox/lazy-sandbox.ts';

const query = (reference: string, rightAnswers?: readonly string[]) => ({
  ...{ id: 'q', fields: {}, reference },
  ...(rightAnswers && { rightAnswers }),
});
const never = new AbortController().signal;

describe('what is said of an answer', () => {
  it.each([
    ['the parcel', 'The parcel', 'they differ in capitals only'],
    ['Paris.', 'Paris', 'they differ in punctuation only'],
    ['It is in Paris, France', 'Paris', '"It is in France" is too much'],
    ['Marie', 'Marie Curie', '"Curie" is missing'],
    ['Curie Marie', 'Marie Curie', 'the same words in another order'],
    ['the big dog', 'the small dog', '"big" is too much, and "small" is missing'],
  ])('tells how %j differs from %j', (extracted, reference, difference) => {
    const said = feedbackOn('some answer', { score: 0, extracted }, query(reference), {});
    expect(said).toBe(`"${extracted}" was taken for the answer, and "${reference}" is right: ${difference}`);
  });

  it('compares with the nearest of several right answers', () => {
    const said = feedbackOn(
      '',
      { score: 0, extracted: 'the great Bear lake' },
      query('', ['Nile', 'Great Bear Lake', 'Rhine']),
      {},
    );
    expect(said).toContain('and "Great Bear Lake" is right');
  });

  it('says which text was taken where the answer has more, and nothing that answer and reference say themselves', () => {
    const scored = { score: 0, extracted: '18' };
    expect(feedbackOn('First 20, so it is 18', scored, query('9'), {})).toBe('"18" was taken for the answer, and "9" is right');
    expect(feedbackOn(' 18 ', scored, query('9'), {})).toBeUndefined();
    expect(feedbackOn('18', { score: 1, extracted: '18' }, query('18'), {})).toBeUndefined();
  });

  it("prefers the scorer's own words, cut to what a result keeps, and compares nothing for a scorer of code", () => {
    expect(feedbackOn('a', { score: 1, extracted: 'a', feedback: ' Well done. ' }, query('a'), {})).toBe('Well done.');
    expect(feedbackOn('a', { score: 0, extracted: 'a', feedback: 'x'.repeat(5000) }, query('b'), {})).toHaveLength(feedbackLimit);
    expect(feedbackOn('a', { score: 0, extracted: 'a b' }, query('b'), { needs: 'code' })).toBeUndefined();
  });

  it('takes time for long texts that is no trouble', () => {
    const long = Array.from({ length: 200_000 }, (_, index) => `w${index}`).join(' ');
    expect(feedbackOn('', { score: 0, extracted: long }, query(`${long} more`), {})?.length).toBeLessThan(feedbackLimit);
  });

  it.each([
    [
      { kind: 'pattern', options: { pattern: 'FINAL: (.+)', ignore: [], alternatives: '' } },
      'nothing in it matches the pattern FINAL: (.+)',
    ],
    [{ kind: 'choice', options: { choices: ['red', 'blue'] } }, 'it names none of the choices red, blue'],
    [{ kind: 'number', options: { tolerance: 1e-6, relative: 0 } }, 'no number was found in it'],
  ])('names the form that is not there: %j', async (settings, expected) => {
    const scorers = { scorer: 'own', otherScorers: [], ownScorers: { own: settings } };
    const { scores } = await scoreAnswer('hm', query('red'), scorers, { code: undefined, signal: never });
    expect(scores).toMatchObject({ score: 0, feedback: expected });
  });
});

describe('what programs say', () => {
  const code = createLazySandbox({ environment: process.env });
  afterAll(() => code.close());

  it.each([
    ['return {"score": 0.5, "feedback": "Say it in capitals."}', 'Say it in capitals.'],
    ['return {"score": 0, "feedback": ["a", 1]}', "['a', 1]"],
    ['return {"score": 0, "feedback": None}', undefined],
    ['return 0', undefined],
    ['return {"score": 0, "feedback": "é\\ud800x"}', 'é\ufffdx'],
  ])('of a Python scorer: %s', async (body, feedback) => {
    const file = { name: 'scorer.py', text: `def score(answer, query):\n    ${body}\n` };
    const ownScorers = { own: { kind: 'python', options: { file, function: 'score', seconds: 10 } } };
    const { scores, failure } = await scoreAnswer(
      'x',
      query('y'),
      { scorer: 'own', otherScorers: [], ownScorers },
      { code, signal: never },
    );
    expect(failure).toBeUndefined();
    expect(scores.feedback).toBe(feedback);
  });

  it.each([
    ['def add(a, b):\n    return a - b\n', 'assert add(1, 2) == 3: AssertionError'],
    ['def add(a, b):\n    return a / 0\n', 'assert add(1, 2) == 3: ZeroDivisionError: division by zero, at return a / 0'],
    ['def add(a, b):\n    return a + b\n', undefined],
    ['I cannot.', 'SyntaxError: invalid syntax, at I cannot.'],
  ])('of a program that fails its tests: %j', async (answer, feedback) => {
    const task = {
      id: 'q',
      fields: { prompt: 'Add.', entry_point: 'add' },
      reference: 'def check():\n    assert add(1, 2) == 3\n',
    };
    const { scores } = await scoreAnswer(answer, task, { scorer: 'mbpp-strict', otherScorers: [] }, { code, signal: never });
    if (feedback === undefined) expect(scores.feedback).toBeUndefined();
    else expect(scores.feedback).toContain(feedback);
  });
});
