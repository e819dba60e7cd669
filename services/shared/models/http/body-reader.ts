import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { AnswerBody } from './http-answer.ts';

const longestDrainMs = 1_000;

/** A body, piece by piece, as text. */
export interface BodyReader {
  /**
   * @param patienceMs how long to wait for it
   * @returns undefined at the end, 'silence' if nothing came in time
   */
  read(patienceMs?: number): Promise<{ readonly text: string } | 'silence' | undefined>;
  /**
   * The rest does not matter. It is read in the background for a moment, so that the connection may be kept: servers send the
   * end in a packet of its own, as uvicorn does, and each call would otherwise open a new connection.
   */
  leave(): void;
  /** The rest is not wanted: the connection is cut. */
  drop(): void;
}

export function readBody(body: AnswerBody): BodyReader {
  const decoder = new StringDecoder('utf8');
  return {
    read: async (patienceMs) => {
      for (;;) {
        const taken = body.take();
        if (taken === 'end') return undefined;
        if (taken !== undefined) return { text: taken.map((piece) => decoder.write(piece)).join('') };
        if (patienceMs === undefined) await body.arrival();
        else if (!(await arrives(body, patienceMs))) return 'silence';
      }
    },
    leave: () => body.discard(longestDrainMs),
    drop: body.cancel,
  };
}

/**
 * The beginning of a body that is read only for its error, or as much of it as arrives in time.
 * @param most characters
 */
export async function readStart(answer: AnswerBody, most: number, patienceMs: number): Promise<string> {
  const body = readBody(answer);
  const untilMs = performance.now() + patienceMs;
  let text = '';
  while (text.length < most) {
    const piece = await body.read(Math.max(0, untilMs - performance.now()));
    if (piece === undefined) return text;
    if (piece === 'silence') break;
    text += piece.text;
  }
  body.drop();
  return text.slice(0, most);
}

async function arrives(body: AnswerBody, patienceMs: number): Promise<boolean> {
  const stop = new AbortController();
  const arrival = body.arrival().then(() => true);
  try {
    if (await Promise.race([arrival, delay(patienceMs, false, { signal: stop.signal })])) return true;
    // A process that was busy or stopped meanwhile sees the timer before it sees the data that has arrived.
    await nextTurn();
    return await Promise.race([arrival, nextTurn(false)]);
  } finally {
    stop.abort();
  }
}
