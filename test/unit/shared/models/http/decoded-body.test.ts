import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ConnectionError } from '../../../../../services/shared/models/errors/connection-error.ts';
import { readBody } from '../../../../../services/shared/models/http/body-reader.ts';
import { decoded } from '../../../../../services/shared/models/http/decoded-body.ts';
import type { AnswerBody } from '../../../../../services/shared/models/http/http-answer.ts';

function bodyOf(bytes: Uint8Array, pieceBytes: number): AnswerBody {
  let from = 0;
  return {
    take() {
      if (from >= bytes.length) return 'end';
      from += pieceBytes;
      return [bytes.subarray(from - pieceBytes, from)];
    },
    arrival: async () => undefined,
    discard: () => undefined,
    cancel: () => undefined,
  };
}

async function textOf(body: AnswerBody): Promise<string> {
  const reader = readBody(body);
  let text = '';
  for (;;) {
    const piece = await reader.read();
    if (piece === undefined || piece === 'silence') return text;
    text += piece.text;
  }
}

const said = `${'data: {"choices":[]}\n\n'.repeat(300)}ä試😀`;

test.each([
  ['gzip', gzipSync(said)],
  ['deflate', deflateSync(said)],
  ['br', brotliCompressSync(said)],
  ['gzip, br', brotliCompressSync(gzipSync(said))],
  ['identity', Buffer.from(said)],
  ['', Buffer.from(said)],
])('a body that a gateway has compressed with "%s" is read as it was', async (coding, bytes) => {
  for (const size of [1, 7, bytes.length])
    expect(await textOf(decoded(bodyOf(bytes, size), { 'content-encoding': coding }))).toBe(said);
});

test('a body that is not what its head says is a failure of the connection', async () => {
  const broken = decoded(bodyOf(Buffer.from(said), 100), { 'content-encoding': 'gzip' });
  await expect(textOf(broken)).rejects.toBeInstanceOf(ConnectionError);
});
