import { describe, expect, it } from 'vitest';
import { executionOutcomeOf } from '../../../../services/coordinator/results/event-of-result.ts';
import { answerExcerptLength } from '../../../../services/domain/prompts/logged-outcome.ts';
import type { ModelCall, Result } from '../../../../services/shared/contracts/generated/scale/v1/result.ts';

const call = (callId: string, model: string, promptTokens: number): ModelCall => ({
  callId,
  model,
  usage: { promptTokens, completionTokens: 10, cachedTokens: 0, reasoningTokens: 0 },
  text: '',
  reasoning: '',
  finishReason: 'stop',
  latencyMs: 1,
  timeToFirstTokenMs: 1,
  attempts: 1,
  simulated: false,
  endpoint: '',
  usageEstimated: false,
  promptCut: false,
  servedModel: '',
  samples: [],
  attemptId: '',
});

const result = (outcome: Result['outcome'], calls: ModelCall[] = []): Result => ({
  schemaVersion: 1,
  runId: 'r',
  jobId: 'j',
  epoch: 1,
  worker: 'w',
  delivery: 1,
  elapsedMs: 1,
  calls,
  outcome,
});

const answered = (answer: string) =>
  result({ $case: 'execution', value: { answer, extracted: '', score: 1, otherScores: {}, isolation: '' } });

describe('the outcome of an execution', () => {
  it('keeps the beginning and the end of a long answer, since its point stands at the end', () => {
    const { answer } = executionOutcomeOf(answered(`First, ${'so '.repeat(1000)}the answer is 42.`), 3, 0);
    expect(answer).toHaveLength(answerExcerptLength);
    expect(answer).toMatch(/^First, .* … .*the answer is 42\.$/);
  });

  it('keeps an answer that is not too long as it is', () => {
    const answer = 'x'.repeat(answerExcerptLength);
    expect(executionOutcomeOf(answered(answer), 3, 0).answer).toBe(answer);
  });

  it('sums tokens by model in the order of the names, whatever call ended first', () => {
    const calls = [call('b/0', 'z', 5), call('a/0', 'a', 7), call('c/0', 'z', 1)];
    const outcome = executionOutcomeOf({ ...answered('1'), calls }, 0, 0);
    expect(outcome.tokens.map(({ model, calls, usage }) => [model, calls, usage.promptTokens])).toEqual([
      ['a', 1, 7],
      ['z', 2, 6],
    ]);
  });

  it('is a failure with score 0 where the job could not be done', () => {
    const poison = result({ $case: 'failure', value: { kind: 'poison', message: 'it kills its workers', step: '' } });
    expect(executionOutcomeOf(poison, 0, 0)).toMatchObject({ score: 0, failure: { kind: 'poison' } });
  });
});
