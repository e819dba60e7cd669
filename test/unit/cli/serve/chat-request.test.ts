import { describe, expect, it } from 'vitest';
import { readChatRequest } from '../../../../services/cli/serve/chat-request.ts';
import { readResponsesRequest } from '../../../../services/cli/serve/responses-request.ts';
import { inputsIn } from '../../../../services/cli/serve/what-to-serve.ts';

const user = (content: unknown) => ({ role: 'user', content });
const read = (body: object, inputs: readonly string[] = ['question']) =>
  readChatRequest(JSON.stringify({ model: 'm', messages: [user('What?')], ...body }), inputs);

describe('the query in a request', () => {
  it('is the last message of the user, in one text or in parts', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      user('one'),
      { role: 'assistant', content: 'two' },
      user('three'),
    ];
    expect(read({ messages })).toMatchObject({ fields: { question: 'three' }, stream: false, includeUsage: false });
    const parts = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    expect(read({ messages: [user(parts)] }).fields).toEqual({ question: 'a\nb' });
  });

  it('has several fields as an object, or as JSON in the message', () => {
    const query = { passage: 'P', question: 'Q', number: 3 };
    const inputs = ['passage', 'question', 'number'];
    const fields = { passage: 'P', question: 'Q', number: '3' };
    expect(read({ query }, inputs).fields).toEqual(fields);
    expect(read({ messages: [user(JSON.stringify(query))] }, inputs).fields).toEqual(fields);
    expect(read({ query: { question: 'Q' } }).fields).toEqual({ question: 'Q' });
  });

  it.each([
    [{ messages: [] }, 'messages: must hold a message of the user'],
    [{ messages: [user(' \n')] }, 'the last message of the user is empty'],
    [{ query: { question: '' } }, 'query is empty'],
    [{ messages: [{ role: 'system', content: 'x' }] }, 'there is no message of the user'],
    [{ messages: [user([{ type: 'image_url', image_url: {} }])] }, 'image_url'],
    [{ n: 2 }, 'n must be 1'],
    [{ tools: [{}] }, 'calls no tools'],
    [{ logprobs: true }, 'logprobs cannot be given'],
    [{ logprobs: 5 }, 'logprobs cannot be given'],
    [{ top_logprobs: 2 }, 'top_logprobs cannot be given'],
    [{ prompt_logprobs: 1 }, 'prompt_logprobs cannot be given'],
    [{ modalities: ['text', 'audio'] }, 'modalities must be text'],
    [{ stop: '' }, 'stop: must not be empty'],
    [{ stop: ['a', ''] }, 'stop'],
    [{ stop: 3 }, 'stop: must be a text'],
    [{ functions: [{ name: 'f' }] }, 'calls no functions'],
    [{ messages: [user('half a \ud83d')] }, 'question holds half a character'],
    [{ query: { question: '\ude00' } }, 'question holds half a character'],
    [{ response_format: { type: 'json_object' } }, 'response_format'],
    [{ query: { other: 'x' } }, 'query.other is none of the fields'],
    [{ stream: 'yes' }, 'stream'],
    [{ query: { __proto__: 'x', constructor: 'y' } }, 'query.constructor'],
  ])('is refused: %j', (body, message) => {
    expect(() => read(body)).toThrow(message);
  });

  it('may say that nothing more is wanted', () => {
    const body = { logprobs: false, top_logprobs: null, modalities: ['text'], stop: null, n: 1, tools: [] };
    expect(read(body)).toMatchObject({ stop: [] });
    expect(read({ stop: 'END' }).stop).toEqual(['END']);
    expect(read({ stop: ['a', 'b'] }).stop).toEqual(['a', 'b']);
  });

  it('is refused in the form of the Responses API where it asks for probabilities', () => {
    const ask = (more: object) => readResponsesRequest(JSON.stringify({ model: 'm', input: 'What?', ...more }), ['question']);
    expect(() => ask({ top_logprobs: 3 })).toThrow('top_logprobs cannot be given');
    expect(() => ask({ include: ['message.output_text.logprobs'] })).toThrow('logprobs cannot be given');
    expect(ask({ include: ['reasoning.encrypted_content'], top_logprobs: 0 }).fields).toEqual({ question: 'What?' });
  });

  it('is refused where a field is missing, or the body is no JSON', () => {
    expect(() => read({ query: { passage: 'P' } }, ['passage', 'question'])).toThrow('query.question is missing');
    expect(() => read({}, ['passage', 'question'])).toThrow('give them as an object "query"');
    expect(() => readChatRequest('{', ['question'])).toThrow('the body is no JSON');
    expect(() => readChatRequest('[]', ['question'])).toThrow('the body');
  });
});

const step = (text: string): string => `workflow: 1\nsteps: [{ ${text} }]`;

it.each([
  [step('return: "{{ query.question }} {{query.passage}} {{ query.question }}"'), ['question', 'passage']],
  [step(`if: "query['a b'] == 'x' && has(query.hint)", then: [{ return: "{{ query['größe'] }}" }]`), ['a b', 'hint', 'größe']],
  [step(`return: "{{ query['c'] == '1' && query.id == '2' }}"`), ['c']],
  [step('return: "{{ [1].map(each, query.x)[0] }}"'), ['x']],
  [step('return: "Read the query. Then answer the query.Second and query[\'third\'], {{ query.question }}"'), ['question']],
  [`# query.comment\n${step('return: "{{ query.question }}"')}`, ['question']],
  ['nothing', ['question']],
  ['{', ['question']],
])('the fields in %j are %j', (text, inputs) => {
  expect(inputsIn(text)).toEqual(inputs);
});
