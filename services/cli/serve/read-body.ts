import type { IncomingMessage } from 'node:http';
import { badRequest, gone, ServeError } from './serve-error.ts';

/** Longer than any context, far shorter than what could fill the memory. */
export const mostBodyBytes = 4 * 1024 * 1024;

/** @throws ServeError for what is no JSON by its header, is not UTF-8 or is too long, and where the client has hung up */
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
  const packed = incoming.headers['content-encoding'] ?? 'identity';
  if (packed.toLowerCase() !== 'identity') {
    const message = `the body must not be compressed, and its content-encoding is "${packed.slice(0, 80)}"`;
    throw new ServeError(415, 'unsupported_encoding', message);
  }
  if (Number(incoming.headers['content-length'] ?? 0) > mostBodyBytes) throw tooLong();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > mostBodyBytes) throw tooLong();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ServeError || incoming.complete) throw error;
    throw gone;
  }
  return textOf(Buffer.concat(chunks));
}

/** With replacement characters in it, another question than the client's would be answered. */
function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw badRequest('the body is not UTF-8, which JSON has to be');
  }
}

function tooLong(): ServeError {
  // The rest is not read, so nothing else can come over this connection.
  const headers = { connection: 'close' };
  return new ServeError(413, 'request_too_large', `the body is longer than ${mostBodyBytes} bytes`, { headers });
}
