import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { AnswerError } from '../answer-error.ts';
import type { ErrorAnswer } from '../api/error-answer.ts';

/** Every answer has these: no other page may hold this one in a frame, read its answers, or guess what they are. */
export const fixedHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

const packed = promisify(gzip);
/** Packing less is not worth the time. */
const worthPacking = 4_096;

export interface Body {
  readonly type: string;
  readonly text: string | Buffer;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of what it says: a browser that has it is told so instead. */
  readonly tag?: string;
}

export async function send(incoming: IncomingMessage, response: ServerResponse, body: Body): Promise<void> {
  const { type, text, status = 200, tag } = body;
  const headers: Record<string, string> = { 'content-type': type, 'cache-control': 'no-store', vary: 'accept-encoding' };
  Object.assign(headers, body.headers);
  if (tag !== undefined) {
    headers.etag = `"${tag}"`;
    headers['cache-control'] = 'private, no-cache';
    if (incoming.headers['if-none-match'] === headers.etag) {
      response.writeHead(304, headers).end();
      return;
    }
  }
  let content = typeof text === 'string' ? Buffer.from(text) : text;
  if (content.length >= worthPacking && /\bgzip\b/.test(incoming.headers['accept-encoding'] ?? '')) {
    content = await packed(content, { level: 1 });
    headers['content-encoding'] = 'gzip';
  }
  headers['content-length'] = String(content.length);
  if (response.destroyed) return;
  response.writeHead(status, headers);
  response.end(incoming.method === 'HEAD' ? undefined : content);
}

export function json(value: unknown, rest: Partial<Body> = {}): Body {
  return { type: 'application/json; charset=utf-8', text: JSON.stringify(value), ...rest };
}

export function errorBody({ kind, status, message, headers }: AnswerError): Body {
  const answer: ErrorAnswer = { error: { kind: status === 401 ? 'not-signed-in' : kind, message } };
  return json(answer, { status, headers });
}
