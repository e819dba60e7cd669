import { fieldsOf } from './server-answer.ts';

/**
 * Whether a call failed before its server began to handle it, so that it may be sent again at once: `certain` where no one
 * accepted the connection, or the server says that it did nothing; `likely` where a kept connection was closed just before the
 * call came; `unknown` where an HTTP/2 connection was ended in good order with the call on it.
 * @param error of a call that has not received a single byte of an answer
 */
export function notBegun(error: unknown): 'certain' | 'likely' | 'unknown' | undefined {
  const origin = innermost(error);
  const code = String(fieldsOf(origin).code ?? '');
  const message = String(fieldsOf(origin).message ?? '');
  if (code === 'ECONNREFUSED' || refusedWords.test(message)) return 'certain';
  if (endedCodes.has(code) || endedWords.test(message)) return 'unknown';
  // On a connection that has not carried a call yet, it is the server's answer to this very call.
  if (code === 'UND_ERR_SOCKET') return Number(fieldsOf(fieldsOf(origin).socket).bytesRead ?? 0) > 0 ? 'likely' : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'likely' : undefined;
}

/** HTTP/2: a server has not processed a stream that it refuses (RFC 9113, 8.7), nor one whose head (frame 1) was not sent. */
const refusedWords = /REFUSED_STREAM|"frameError" received - type 1,/;
/**
 * A server does not process a stream after the last one that its GOAWAY names (RFC 9113, 6.8). But undici 8.12 fails others too:
 * those that an earlier connection of the same client is still answering, and those under way when it finds out that the
 * connection takes no more.
 */
const endedWords = /"GOAWAY" frame received/;
const endedCodes = new Set(['ERR_HTTP2_GOAWAY_SESSION', 'ERR_HTTP2_INVALID_SESSION']);

function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error;
}
