import { describe, expect, it } from 'vitest';
import { dropAflow } from '../../../../services/domain/scoring/drop-aflow.ts';
import { hotpotqaAflow } from '../../../../services/domain/scoring/hotpotqa-aflow.ts';

const asked = (reference: string) => ({ id: 'q', fields: {}, reference });

describe('the DROP scorer of AFlow', () => {
  const score = (answer: string, reference: string) => dropAflow.score(answer, asked(reference)).score;

  it.each([
    ['ignores case, articles and punctuation', 'The Lions!', 'lions', 1],
    ['gives the harmonic mean of precision and recall', 'red fox ran', 'red fox', 0.8],
    ['counts a word as often as it stands there', 'ha ha ha', 'ha ha', 0.8],
    ['takes the best gold answer', 'seven', '7|seven', 1],
    ['takes the best of several guesses', '1|2|3', '3', 1],
    ['joins what a hyphen parts', 'twenty-five', 'twentyfive', 1],
    ['loses the decimal point', '96.28', '9628', 1],
    ['lets a unit cost half', '3 yards', '3', 2 / 3],
    ['skips empty gold answers', 'x', ' |x|', 1],
    ['gives nothing where there is no gold answer', 'x', '', 0],
    ['gives nothing to an empty answer', '', 'x', 0],
    ['finds words in other scripts', 'Łódź, a city', 'łódź city', 1],
    ['does not cut an article out of a word in another script', 'éa', 'é', 0],
  ])('%s', (_rule, answer, reference, expected) => {
    expect(score(answer, reference)).toBeCloseTo(expected, 12);
  });

  it('reports the part that it compared', () => {
    expect(dropAflow.score('one|two', asked('two'))).toEqual({ score: 1, extracted: 'two' });
  });
});

describe('the HotpotQA scorer of AFlow', () => {
  const score = (answer: string, reference: string) => hotpotqaAflow.score(answer, asked(reference)).score;

  it.each([
    ['takes the answer as a whole', 'The capital is Rome.', 'Rome', 0.5],
    ['lets yes and no in one answer score for both', 'yes or no', 'yes', 0.5],
    ['does not split at bars', 'Rome|Paris', 'Rome', 0],
  ])('%s', (_rule, answer, reference, expected) => {
    expect(score(answer, reference)).toBeCloseTo(expected, 12);
  });
});
