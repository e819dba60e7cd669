import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnswerBody } from '../../../../../services/shared/models/http/http-answer.ts';
import { createReplyCollector } from '../../../../../services/shared/models/replies/chat-reply.ts';
import { readChatResponse } from '../../../../../services/shared/models/replies/read-chat-response.ts';

/** A body that comes in these pieces. */
function bodyOf(pieces: readonly Uint8Array[]): AnswerBody {
  const left = pieces.values();
  const take: AnswerBody['take'] = () => {
    const { done, value } = left.next();
    return done ? 'end' : [value];
  };
  return { take, arrival: async () => undefined, discard: () => undefined, cancel: () => undefined };
}

async function read(pieces: readonly Uint8Array[]) {
  const collector = createReplyCollector();
  await readChatResponse(bodyOf(pieces), collector, () => undefined);
  return { ...collector.reply(), usage: collector.usage };
}

function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...places.map((place) => place % bytes.length).sort((one, other) => one - other), bytes.length];
  return cuts.slice(1).map((end, at) => bytes.slice(cuts[at], end));
}

const texts = fc.array(
  fc.string({ unit: fc.constantFrom('4', 'ä', '試', '😀', '\n', '\r', '"', '\\', 'data: ', '{', '}'), maxLength: 8 }),
  {
    minLength: 1,
    maxLength: 6,
  },
);
const ends = fc.constantFrom('\n\n', '\r\n\r\n', '\r\r', '\n');
const between = fc.array(fc.constantFrom(': comment', 'event: ping', 'data:', 'data: ping', 'id: 7', 'retry: 1'), {
  maxLength: 2,
});

const chunk = (content: string, finish_reason: string | null) =>
  JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason }] });
const figures = JSON.stringify({ choices: [], usage: { prompt_tokens: 20, completion_tokens: 3 } });

function streamOf(pieces: readonly string[], end: string, noise: readonly string[]): string {
  const chunks = [...pieces.map((piece) => chunk(piece, null)), chunk('', 'stop'), figures, '[DONE]'];
  return chunks.map((each) => `${noise.map((line) => line + end).join('')}data: ${each}${end}`).join('');
}

test('a stream says the same however it is cut into pieces, whatever ends its lines and stands between them', async () => {
  await fc.assert(
    fc.asyncProperty(
      texts,
      ends,
      between,
      fc.array(fc.nat({ max: 10_000 }), { maxLength: 12 }),
      async (pieces, end, noise, cuts) => {
        const bytes = new TextEncoder().encode(streamOf(pieces, end, noise));
        const reply = await read(cutAt(bytes, cuts));
        expect(reply).toMatchObject({ text: pieces.join(''), finishReason: 'stop', usage: { prompt: 20, completion: 3 } });
      },
    ),
    { numRuns: 300 },
  );
});

test('of a stream that is broken off anywhere, the whole text is the answer or there is none', async () => {
  await fc.assert(
    fc.asyncProperty(texts, ends, fc.nat({ max: 10_000 }), async (pieces, end, place) => {
      const text = streamOf(pieces, end, []);
      const bytes = new TextEncoder().encode(text);
      const part = bytes.slice(0, place % bytes.length);
      const outcome = await read([part]).catch((error: Error) => error.name);
      const isComplete = new TextDecoder().decode(part).includes('"finish_reason":"stop"}]}');
      if (isComplete) expect(outcome).toMatchObject({ text: pieces.join('') });
      else expect(outcome).toBe('MalformedReplyError');
    }),
    { numRuns: 300 },
  );
});

test('of a document that is broken off anywhere there is nothing', async () => {
  const bytes = new TextEncoder().encode(JSON.stringify({ choices: [{ message: { content: 'Ä 42' }, finish_reason: 'stop' }] }));
  for (let length = 0; length < bytes.length; length += 1) {
    await expect(read([bytes.slice(0, length)])).rejects.toMatchObject({ name: 'MalformedReplyError' });
  }
  expect((await read([bytes])).text).toBe('Ä 42');
});

const startOf = (...lines: readonly string[]) => [new TextEncoder().encode(lines.map((line) => `data: ${line}\n\n`).join(''))];

test('words of a failure before the [DONE] of a text without a finish reason are no end of it; a heartbeat is', async () => {
  for (const words of ['Internal Server Error', 'upstream connect error or disconnect', 'Traceback (most recent call last):']) {
    const failed = read(startOf(chunk('4', null), words, '[DONE]'));
    await expect(failed).rejects.toMatchObject({ name: 'MalformedReplyError', message: expect.stringContaining(words) });
  }
  expect((await read(startOf(chunk('42', null), 'ping', '[DONE]'))).text).toBe('42');
  expect((await read(startOf('a retry after an upstream error', chunk('42', null), '[DONE]'))).text).toBe('42');
  expect((await read(startOf(chunk('42', 'stop'), 'error: no usage', '[DONE]'))).text).toBe('42');
});

test('a stream that a gateway has framed twice is read', async () => {
  const text = `data: data: ${chunk('42', 'stop')}\n\ndata: data: ${figures}\n\ndata: data: [DONE]\n\n`;
  expect(await read([new TextEncoder().encode(text)])).toMatchObject({ text: '42', usage: { prompt: 20, completion: 3 } });
});

test.each([
  ['that breaks off after one of them is no reply', [chunk('4', null)], 'MalformedReplyError'],
  ['that breaks off after two is none', [chunk('4', null), chunk('2', null)], 'MalformedReplyError'],
  ['that is only one and says its end is read', [chunk('42', 'stop')], '42'],
])('a stream of lines without a frame %s', async (_, lines, expected) => {
  const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
  expect(await read([bytes]).catch(({ name }: Error) => ({ text: name }))).toMatchObject({ text: expected });
});

test('a stream of lines without a frame is read to its end, however long its server pauses within it', async () => {
  const lines = [chunk('4', null), chunk('2', null), chunk('', 'stop'), figures].map((line) => `${line}\n`);
  const left = lines.map((line) => [new TextEncoder().encode(line)]);
  let pauses = 0;
  const collector = createReplyCollector();
  const body: AnswerBody = {
    take: () => (left.length === 3 && pauses === 0 ? undefined : (left.shift() ?? 'end')),
    // Longer than a complete reply is waited for.
    arrival: async () => {
      await sleep(2_500);
      pauses += 1;
    },
    discard: () => undefined,
    cancel: () => undefined,
  };
  await readChatResponse(body, collector, () => undefined);
  expect(collector.reply().text).toBe('42');
});

const framed = (...chunks: readonly string[]) => new TextEncoder().encode(chunks.map((each) => `data: ${each}\n\n`).join(''));

test('what follows the end of a reply is no part of it, whether it comes in the same piece or in a later one', async () => {
  const reply = framed(chunk('42', null), chunk('', 'stop'), figures, '[DONE]');
  const late = framed(chunk('7', null), '{"error":{"message":"too late"}}');
  for (const pieces of [[reply, late], [Buffer.concat([reply, late])]])
    expect(await read(pieces)).toMatchObject({ text: '42', usage: { prompt: 20, completion: 3 } });
});

test.each([
  ['{"code":0,"message":"Success","choices":[]}'],
  ['{"success":true,"message":"ok"}'],
  ['{"code":0,"msg":"ok","data":null}'],
  ['{"choices":[],"error":{"code":200,"message":"success"}}'],
])('%s among the chunks is no error', async (well) => {
  expect(await read([framed(well, chunk('42', null), chunk('', 'stop'), well, figures, '[DONE]')])).toMatchObject({ text: '42' });
});

test.each([
  ['{"success":false,"message":"ok?"}', 'ServerRefusal'],
  ['{"code":1004,"message":"no such key"}', 'ServerRefusal'],
  ['{"choices":[],"error":{"code":0,"message":"overloaded"}}', 'ServerRefusal'],
  ['{"code":0,"message":"overloaded","choices":[]}', 'ServerRefusal'],
  ['{"status":"ok"}', 'ForeignReplyError'],
  ['{"object":"response","output":[{"type":"message"}]}', 'ForeignReplyError'],
  ['{"choices":[]}', 'EmptyReplyError'],
  ['{"usage":{"prompt_tokens":20,"completion_tokens":0}}', 'EmptyReplyError'],
])('the whole reply %s is a %s', async (body, name) => {
  await expect(read([new TextEncoder().encode(body)])).rejects.toThrow(expect.objectContaining({ name }));
});
