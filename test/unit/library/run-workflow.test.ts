import { describe, expect, test } from 'vitest';
import { chatClient } from '../../../services/library/chat-client.ts';
import { runWorkflow } from '../../../services/library/run-workflow.ts';
import { WorkflowFileError } from '../../../services/shared/benchmarks/read-workflow-file.ts';

const document = {
  workflow: 1,
  name: 'two-samples',
  prompts: { solve: 'Answer.' },
  steps: [
    {
      id: 'drafts',
      parallel: 2,
      steps: [{ id: 'draft', call: 'custom', with: { instruction: 'solve', input: '{{query.question}}' } }],
    },
    { return: '{{drafts[1].response}}' },
  ],
};

/** An object like the client of the `openai` package, and what it was asked. */
function answering(reply: (place: number) => unknown) {
  const asked: Record<string, unknown>[] = [];
  const create = (body: object) => Promise.resolve(reply(asked.push({ ...body }) - 1));
  return { asked, server: { chat: { completions: { create } } } };
}

const completion = (content: string, usage: unknown = { prompt_tokens: 10, completion_tokens: 2 }) => ({
  ...{ id: 'x', object: 'chat.completion', created: 1, model: 'm', usage },
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
});

describe('runWorkflow', () => {
  test('answers by a client like that of openai, each call with a seed of its own, without think blocks, usage summed', async () => {
    const { asked, server } = answering(() => completion('<think>so</think>\n42'));
    const client = chatClient(server, { model: 'm', temperature: 0, topP: null, maxTokens: 50, seed: [7] });
    const { answer, failure, calls, usage } = await runWorkflow(document, { question: 'What?' }, client);
    expect({ answer, failure }).toEqual({ answer: '42', failure: undefined });
    expect(calls.map(({ callId, reply }) => [callId, reply.reasoning])).toEqual([
      ['drafts[0].draft/0', 'so'],
      ['drafts[1].draft/0', 'so'],
    ]);
    expect(usage).toMatchObject({ promptTokens: 20, completionTokens: 4 });
    expect(asked[0]).toMatchObject({ model: 'm', temperature: 0, max_tokens: 50, stream: false });
    expect(asked[0]).not.toHaveProperty('top_p');
    expect(new Set(asked.map(({ seed }) => seed)).size).toBe(2);
  });

  test('guesses the tokens where the server gives none', async () => {
    const { server } = answering(() => completion('four characters a token', null));
    const { usage } = await runWorkflow(document, { question: 'What?' }, chatClient(server, { model: 'm' }));
    expect(usage.completionTokens).toBe(2 * 6);
  });

  test('says as a failure what a reply lacks, and throws what the client throws', async () => {
    const empty = answering(() => completion(''));
    const { answer, failure } = await runWorkflow(document, { question: 'What?' }, chatClient(empty.server, { model: 'm' }));
    expect({ answer, kind: failure?.kind }).toEqual({ answer: '', kind: 'empty-reply' });
    const down = answering(() => {
      throw new RangeError('no server');
    });
    await expect(runWorkflow(document, { question: 'What?' }, chatClient(down.server, { model: 'm' }))).rejects.toThrow(
      'no server',
    );
  });

  test('refuses before any call a workflow that reads what the query has not, and one that could make more calls than allowed', async () => {
    const { asked, server } = answering(() => completion('42'));
    const client = chatClient(server, { model: 'm' });
    await expect(runWorkflow(document, { text: 'What?' }, client)).rejects.toThrow(WorkflowFileError);
    await expect(runWorkflow(document, { question: 'What?' }, client, { maxCalls: 1 })).rejects.toThrow(/model calls/);
    await expect(runWorkflow('steps: [', { question: 'What?' }, client)).rejects.toThrow(/line 1/);
    expect(asked).toEqual([]);
  });
});
