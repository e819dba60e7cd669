import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Response } from 'undici';

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

export function readBody({ body }: Response): BodyReader {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let next: Promise<{ text: string } | undefined> | undefined;
  const ask = async () => {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    return done ? undefined : { text: decoder.decode(value, { stream: true }) };
  };
  return {
    read: async (patienceMs) => {
      next ??= ask();
      const result = patienceMs === undefined ? await next : await within(next, patienceMs);
      if (result !== 'silence') next = undefined;
      return result;
    },
    leave: () => void drain(reader),
    drop: () => void reader?.cancel().catch(() => undefined),
  };
}

/**
 * The beginning of a body that is read only for its error, or as much of it as arrives in time.
 * @param most characters
 */
export async function readStart(response: Response, most: number, patienceMs: number): Promise<string> {
  const body = readBody(response);
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

async function within<T>(result: Promise<T>, patienceMs: number): Promise<T | 'silence'> {
  const stop = new AbortController();
  // The loser of the race may still fail, after anyone has stopped listening.
  result.catch(() => undefined);
  try {
    const first = await Promise.race([result, delay(patienceMs, 'silence' as const, { signal: stop.signal })]);
    if (first !== 'silence') return first;
    // A process that was busy or stopped meanwhile sees the timer before it sees the data that has arrived.
    await nextTurn();
    return await Promise.race([result, nextTurn('silence' as const)]);
  } finally {
    stop.abort();
  }
}

async function drain(reader: { read(): Promise<{ done: boolean }>; cancel(): Promise<unknown> } | undefined): Promise<void> {
  if (reader === undefined) return;
  const limit = setTimeout(() => void reader.cancel().catch(() => undefined), longestDrainMs);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The connection broke after everything that was wanted had arrived.
  } finally {
    clearTimeout(limit);
  }
}
