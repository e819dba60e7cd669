import type { IncomingMessage } from 'node:http';
import { ServeError } from './serve-error.ts';

/** Longer than any context, far shorter than what could fill the memory. */
export const mostBodyBytes = 4 * 1024 * 1024;

/** @throws ServeError for what is no JSON by its header, and for what is too long */
export async function readBody(incoming: IncomingMessage): Promise<string> {
  const type = incoming.headers['content-type'] ?? '';
  // A page of another site can send other types unasked, and must not spend tokens.
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(type)) {
    throw new ServeError(
      415,
      'unsupported_media_type',
      `the content-type must be application/json, and is "${type.slice(0, 80)}"`,
    );
  }
  if (Number(incoming.headers['content-length'] ?? 0) > mostBodyBytes) throw tooLong();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBodyBytes) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLong(): ServeError {
  // The rest is not read, so nothing else can come over this connection.
  const headers = { connection: 'close' };
  return new ServeError(413, 'request_too_large', `the body is longer than ${mostBodyBytes} bytes`, { headers });
}
