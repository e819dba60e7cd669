import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gsm8kAflow } from '../../../services/domain/scoring/gsm8k-aflow.ts';
import { gsm8kStrict } from '../../../services/domain/scoring/gsm8k-strict.ts';

/** Answers that AFlow's own published runs gave, with the score that AFlow gave them. They lie beside the project, not in it. */
const folder = new URL('../../../../shared/data/', import.meta.url);
const answersFile = new URL('recorded/GSM8K.validate.answers.jsonl.gz', folder);
const matrixFile = new URL('recorded/GSM8K.validate.matrix.json.gz', folder);
const questionsFile = new URL('benchmarks/gsm8k_validate.jsonl', folder);

interface Recorded {
  readonly q: number;
  readonly prediction: unknown;
  readonly score: number;
}

function jsonLines<T>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

function recordedAnswers() {
  const matrix = JSON.parse(gunzipSync(readFileSync(matrixFile)).toString()) as { queries: { split_index: number }[] };
  const questions = jsonLines<{ id: string; answer: string }>(readFileSync(questionsFile, 'utf8'));
  return jsonLines<Recorded>(gunzipSync(readFileSync(answersFile)).toString()).map(({ q, prediction, score }) => {
    const question = questions[matrix.queries[q]?.split_index ?? -1];
    if (!question) throw new Error(`recorded answer to query ${q} has no question`);
    return { answer: String(prediction), score, query: { id: question.id, fields: {}, reference: question.answer } };
  });
}

describe('GSM8K answers that AFlow recorded', () => {
  it('get the score that AFlow gave them, 999 times in 1,000 and more', () => {
    if (!existsSync(answersFile)) {
      // Without the recorded answers there is nothing to compare; the unit tests hold an example of each rule.
      console.info('no recorded answers beside this checkout (../shared/data/recorded): not compared with AFlow');
      expect(gsm8kAflow.score('3-5', { id: '', fields: {}, reference: '-5' }).score).toBe(1);
      return;
    }
    const answers = recordedAnswers();
    const agreeing = answers.filter(({ answer, query, score }) => gsm8kAflow.score(answer, query).score === score);
    expect(answers.length).toBeGreaterThan(10_000);
    expect(agreeing.length / answers.length).toBeGreaterThanOrEqual(0.999);

    const strictly = answers.filter(({ answer, query, score }) => gsm8kStrict.score(answer, query).score !== score);
    expect(strictly.length / answers.length).toBeLessThan(0.01);
  });
});
