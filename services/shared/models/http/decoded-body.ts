import type { IncomingHttpHeaders } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { ConnectionError } from '../errors/connection-error.ts';
import type { AnswerBody } from './http-answer.ts';

const flush = constants.Z_SYNC_FLUSH;
const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip({ flush, finishFlush: flush }),
  'x-gzip': () => createGunzip({ flush, finishFlush: flush }),
  deflate: () => createInflate({ flush, finishFlush: flush }),
  br: () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdDecompress(),
};

/** The body without its compression, which nothing here asks for, and which some gateways apply all the same. */
export function decoded(body: AnswerBody, headers: IncomingHttpHeaders): AnswerBody {
  const codings = [headers['content-encoding'] ?? []].flat().join(',').toLowerCase().split(',');
  // The last one was applied last.
  return codings.reduceRight((encoded, coding) => withoutCoding(coding.trim(), encoded), body);
}

function withoutCoding(coding: string, encoded: AnswerBody): AnswerBody {
  const decoder = decoders[coding];
  if (decoder === undefined) return encoded;
  const stream = decoder();
  const source = Readable.from(piecesOf(encoded));
  source.on('error', (error) => stream.destroy(error));
  source.pipe(stream);
  return bodyOf(stream, encoded, () => source.destroy());
}

async function* piecesOf(body: AnswerBody): AsyncGenerator<Uint8Array> {
  for (;;) {
    const taken = body.take();
    if (taken === 'end') return;
    if (taken === undefined) await body.arrival();
    else yield* taken;
  }
}

/** @param letGo takes nothing more of what is encoded */
function bodyOf(stream: Transform, encoded: AnswerBody, letGo: () => void): AnswerBody {
  let pieces: Uint8Array[] = [];
  let ended = false;
  let failure: Error | undefined;
  let arrived = Promise.withResolvers<void>();
  const tell = (): void => {
    arrived.resolve();
    arrived = Promise.withResolvers();
  };
  stream.on('data', (piece: Uint8Array) => {
    pieces.push(piece);
    tell();
  });
  stream.on('end', () => {
    ended = true;
    tell();
  });
  stream.on('error', (error) => {
    failure = error instanceof ConnectionError ? error : new ConnectionError('the answer cannot be decoded', { cause: error });
    encoded.cancel();
    tell();
  });
  return {
    take() {
      if (pieces.length > 0) {
        const taken = pieces;
        pieces = [];
        return taken;
      }
      if (failure !== undefined) throw failure;
      return ended ? 'end' : undefined;
    },
    async arrival() {
      if (pieces.length === 0 && failure === undefined && !ended) await arrived.promise;
    },
    discard(withinMs) {
      letGo();
      stream.destroy();
      encoded.discard(withinMs);
    },
    cancel() {
      encoded.cancel();
      stream.destroy();
    },
  };
}
