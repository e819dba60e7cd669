import { NoAnswerError, type Source } from './source.ts';

export type Answer<Value> =
  | { readonly state: 'loading' }
  /** `problem`: it could not be read anew, and is old. */
  | { readonly state: 'ready'; readonly value: Value; readonly problem?: NoAnswerError }
  | { readonly state: 'problem'; readonly problem: NoAnswerError };

/** Milliseconds between two readings of what changes all the time; and how many times as long as a reading takes. */
const shortestPause = 1_500;
const pauseFactor = 3;
/** Where a server does not answer, it is asked again. */
const retryAfter = 5_000;

/** Answers of a moment ago are shown at once, and read anew. */
const kept = new Map<string, unknown>();
const mostKept = 40;

/** Reads an address whenever it is told to, but never twice at once, and not more often than it can be read. */
export function readerOf<Value>(source: Source, address: string, tell: (answer: Answer<Value>) => void) {
  const stop = new AbortController();
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;
  let isAskedAgain = false;
  const read = async () => {
    waiting = undefined;
    isReading = true;
    isAskedAgain = false;
    const beganMs = Date.now();
    try {
      const value = await source.read<Value>({ address }, stop.signal);
      if (stop.signal.aborted) return;
      keep(address, value);
      tell({ state: 'ready', value });
    } catch (error) {
      if (stop.signal.aborted) return;
      const problem = error instanceof NoAnswerError ? error : new NoAnswerError('defect', String(error));
      const old = kept.get(address) as Value | undefined;
      tell(old === undefined ? { state: 'problem', problem } : { state: 'ready', value: old, problem });
      if (problem.kind === 'unreachable') waiting = setTimeout(read, retryAfter);
    }
    // One that failed too: a server in trouble is told of its trouble, and asked, by every page that is open.
    readAt.set(address, { endedMs: Date.now(), tookMs: Date.now() - beganMs });
    isReading = false;
    if (isAskedAgain) refresh();
  };
  const refresh = () => {
    if (isReading) {
      isAskedAgain = true;
      return;
    }
    clearTimeout(waiting);
    const before = readAt.get(address);
    const due = before === undefined ? 0 : before.endedMs + Math.max(shortestPause, pauseFactor * before.tookMs) - Date.now();
    if (due <= 0) void read();
    else waiting = setTimeout(read, due);
  };
  return {
    refresh,
    close: () => {
      clearTimeout(waiting);
      stop.abort();
    },
  };
}

/** When each address was last read, and how long that took: nothing is asked for more often than it can be read. */
const readAt = new Map<string, { readonly endedMs: number; readonly tookMs: number }>();

/** What was read of it last. */
export function keptAnswer<Value>(address: string): Value | undefined {
  return kept.get(address) as Value | undefined;
}

function keep(address: string, value: unknown): void {
  kept.delete(address);
  kept.set(address, value);
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
}
