import { fieldsOf } from './server-answer.ts';

/**
 * Whether a call failed before its server began to handle it, so that it may be sent again at once: `certain` where no one
 * accepted the connection, or the server says that it did nothing; `likely` where a kept connection was closed just before the
 * call came.
 * @param error of a call that has not received a single byte of an answer
 */
export function notBegun(error: unknown): 'certain' | 'likely' | undefined {
  const origin = innermost(error);
  const code = String(fieldsOf(origin).code ?? '');
  if (refusedCodes.has(code) || refusedWords.test(String(fieldsOf(origin).message ?? ''))) return 'certain';
  // On a connection that has not carried a call yet, it is the server's answer to this very call.
  if (code === 'UND_ERR_SOCKET') return Number(fieldsOf(fieldsOf(origin).socket).bytesRead ?? 0) > 0 ? 'likely' : undefined;
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'likely' : undefined;
}

/**
 * HTTP/2: a server does not process a stream after the last one that its GOAWAY names, nor one that it refuses (RFC 9113, 6.8 and
 * 8.7). undici 8.12 words the former as UND_ERR_INFO or UND_ERR_SOCKET, or as a frame of type 1 (the head of the call) that could
 * not be sent any more.
 */
const refusedWords = /"GOAWAY" frame received|REFUSED_STREAM|"frameError" received - type 1,/;
const refusedCodes = new Set(['ECONNREFUSED', 'ERR_HTTP2_GOAWAY_SESSION', 'ERR_HTTP2_INVALID_SESSION']);

function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error;
}
