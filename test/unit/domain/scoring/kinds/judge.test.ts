import { describe, expect, it } from 'vitest';
import { FailureError } from '../../../../../services/domain/failure.ts';
import type { ModelClient, ModelRequest } from '../../../../../services/domain/ports.ts';
import { judge } from '../../../../../services/domain/scoring/kinds/judge.ts';

const query = { id: 'q1', fields: { question: 'Why is the sky blue?' }, reference: 'Rayleigh scattering' };
const options = {
  prompt: 'Question: {{ query.question }}\nRight: {{ reference }}\nGiven: {{ answer }}',
  best: 10,
  model: '',
  endpoint: '',
  max_tokens: 99,
};

function modelThatSays(...replies: readonly (string | Error)[]) {
  const requests: ModelRequest[] = [];
  const wanted: unknown[] = [];
  const client: ModelClient = {
    complete: async (request) => {
      requests.push(request);
      const reply = replies[requests.length - 1] ?? 'nothing';
      if (reply instanceof Error) throw reply;
      const usage = { promptTokens: 1, completionTokens: 1, cachedTokens: 0, reasoningTokens: 0 };
      return { text: reply, reasoning: '', finishReason: 'stop', usage, model: 'judge', simulated: false };
    },
  };
  const tools = {
    code: undefined,
    signal: new AbortController().signal,
    judge: (model: unknown) => {
      wanted.push(model);
      return client;
    },
  };
  return { tools, requests, wanted };
}

describe('a judge', () => {
  it('asks by the template, and gives its number as a share of the best', async () => {
    const { tools, requests, wanted } = modelThatSays('<reason>Fair.</reason><score>7</score>');
    expect(await judge.create('mine', options).score('Because of light', query, tools)).toEqual({
      score: 0.7,
      extracted: 'Fair.',
      feedback: 'Fair.',
    });
    const [message] = requests[0]?.messages ?? [];
    expect(message?.content.startsWith('You judge an answer that someone else gave.')).toBe(true);
    expect(message?.content).toContain('Question: Why is the sky blue?\nRight: Rayleigh scattering\nGiven: Because of light');
    expect(wanted).toEqual([{ model: '', maxTokens: 99 }]);
  });

  it.each(['I would say 7', '<score>7/10</score>', '<score>11</score>', '<score>-1</score>', '<score>good</score>', ''])(
    'asks once more after %j, and tells what was wrong',
    async (reply) => {
      const { tools, requests } = modelThatSays(reply, '<score>10</score>');
      expect(await judge.create('mine', options).score('x', query, tools)).toMatchObject({ score: 1 });
      expect(requests.map(({ callId }) => callId)).toEqual(['@mine/0', '@mine/1']);
      expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
      expect(requests[1]?.messages[2]?.content).toMatch(/^Your reply cannot be read: /);
    },
  );

  it('fails by type, never with a score, when there is no verdict', async () => {
    const { tools, requests } = modelThatSays('no', 'no', 'no');
    const judging = judge.create('mine', options).score('x', query, tools);
    await expect(judging).rejects.toMatchObject({
      failure: { kind: 'scorer', message: 'the judge mine failed: no verdict after 2 tries: the reply has no <score>' },
    });
    expect(requests).toHaveLength(2);
  });

  it('takes a refusal for its own failure, and lets the infrastructure pass', async () => {
    const refused = modelThatSays(new FailureError({ kind: 'content-filter', message: 'filtered' })).tools;
    await expect(judge.create('mine', options).score('x', query, refused)).rejects.toMatchObject({
      failure: { kind: 'scorer', message: 'the judge mine failed: filtered' },
    });
    const down = modelThatSays(new Error('connection lost')).tools;
    await expect(judge.create('mine', options).score('x', query, down)).rejects.toThrow('connection lost');
  });

  it.each([
    ['{{ anwser }}', /there is no "anwser"; there are answer, reference, query/],
    ['{{ answer', /has no "}}"/],
  ])('refuses the prompt %s before it is used', (prompt, message) => {
    expect(() => judge.create('mine', { ...options, prompt })).toThrow(message);
  });

  it('says that a query has no such field', () => {
    const scorer = judge.create('mine', { ...options, prompt: '{{ query.topic }}' });
    expect(scorer.faultOf?.(query)).toMatch(/prompt has no value for it/);
  });

  it.each([
    ['Judge {answer}.', '"{answer}" would be shown to the model literally: write {{ answer }} for a value'],
    ['Q: {query.question}, A: {{ answer }}', '"{query.question}" would be shown'],
    ['A: {{ answer }}, right: \u0024{reference}', '\u0024{reference}" would be shown'],
    ['{% if answer %}{{ answer }}{% endif %}', '"{% if answer %}" would be shown'],
  ])('refuses text that was meant to be filled in: %s', (prompt, why) => {
    expect(() => judge.create('mine', { ...options, prompt })).toThrow(why);
  });

  it('must be shown the answer, and may be shown braces', () => {
    expect(judge.create('mine', { ...options, prompt: '{{ query.question }}' }).faultOf?.(query)).toContain(
      'never shows {{ answer }}',
    );
    const prompt = 'Is {{ answer }} in \\boxed{answer}, {"score": 1} or \\boxed{{}}? {{ reference }}';
    expect(judge.create('mine', { ...options, prompt }).faultOf?.(query)).toBe('');
  });

  it('is shown each of several right answers', async () => {
    const { tools, requests } = modelThatSays('<score>10</score>');
    const several = { ...query, reference: 'a|b|c', rightAnswers: ['a|b', 'c'] };
    await judge.create('mine', options).score('x', several, tools);
    expect(requests[0]?.messages[0]?.content).toContain('Right: a|b\n\nc\n');
  });

  it('needs an execution', async () => {
    const tools = { code: undefined, signal: new AbortController().signal };
    await expect(judge.create('mine', options).score('x', query, tools)).rejects.toThrow(
      /only during an execution: use scale eval/,
    );
  });
});
