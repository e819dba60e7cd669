import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { AnswerError } from '../answer-error.ts';

const mostBytes = 64 * 1024;

/** @throws AnswerError for what is no JSON of this form, and for what is too long */
export async function readJson<Value>(incoming: IncomingMessage, schema: z.ZodType<Value>): Promise<Value> {
  // A form of another site can send other types without asking.
  if (!/^application\/json\b/i.test(incoming.headers['content-type'] ?? '')) {
    throw new AnswerError('bad-input', 415, 'the body must be JSON, with the content-type application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      throw new AnswerError('bad-input', 413, `the body is longer than ${mostBytes} bytes`, { headers: { connection: 'close' } });
    }
    chunks.push(chunk);
  }
  const parsed = schema.safeParse(parse(Buffer.concat(chunks).toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new AnswerError('bad-input', 400, `the body cannot be used: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch (cause) {
    throw new AnswerError('bad-input', 400, 'the body is no JSON', { cause });
  }
}
