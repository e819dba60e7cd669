import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Asked } from '../addresses.ts';
import type { SessionAnswer } from '../api/session-answer.ts';
import type { Live } from './live.ts';
import type { Route } from './route.ts';
import { NoAnswerError, type Source } from './source.ts';
import { useStore } from './store.ts';

/** What every view may use. */
export interface Page {
  readonly source: Source;
  readonly live: Live;
  readonly route: Route;
  readonly session: SessionAnswer | undefined;
  /** Changes what the view filters and sorts by, in the address too. */
  want(changes: Readonly<Record<string, string | undefined>>): void;
  /** Says it to those who cannot see it. */
  announce(text: string): void;
  /** After signing in or out. */
  readSession(): void;
}

export const PageContext = createContext<Page | undefined>(undefined);

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new NoAnswerError('defect', 'a view stands outside the page');
  return page;
}

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

/** @param revision another one than before says that there is something new to read */
export function useAnswer<Value>(asked: Asked<Value> | undefined, revision: string | number = ''): Answer<Value> {
  const { source, live } = usePage();
  const epoch = useStore(live.epoch);
  const address = asked?.address;
  const [answers, setAnswers] = useState<Readonly<Record<string, Answer<Value>>>>({});
  const reader = useRef<{ refresh(): void } | undefined>(undefined);
  useEffect(() => {
    if (address === undefined) return;
    const opened = readerOf<Value>(source, address, (answer) => setAnswers({ [address]: answer }));
    reader.current = opened;
    return opened.close;
  }, [source, address]);
  useEffect(() => reader.current?.refresh(), [address, revision, epoch]);
  if (address === undefined) return { state: 'loading' };
  const known = answers[address];
  if (known !== undefined) return known;
  const old = kept.get(address) as Value | undefined;
  return old === undefined ? { state: 'loading' } : { state: 'ready', value: old };
}

/** Reads an address whenever it is told to, but never twice at once, and not more often than it can be read. */
function readerOf<Value>(source: Source, address: string, tell: (answer: Answer<Value>) => void) {
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
      readAt.set(address, { endedMs: Date.now(), tookMs: Date.now() - beganMs });
      keep(address, value);
      tell({ state: 'ready', value });
    } catch (error) {
      if (stop.signal.aborted) return;
      const problem = error instanceof NoAnswerError ? error : new NoAnswerError('defect', String(error));
      const old = kept.get(address) as Value | undefined;
      tell(old === undefined ? { state: 'problem', problem } : { state: 'ready', value: old, problem });
      if (problem.kind === 'unreachable') waiting = setTimeout(read, retryAfter);
    }
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

function keep(address: string, value: unknown): void {
  kept.delete(address);
  kept.set(address, value);
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
}

/** The revision of a run as far as the stream tells it. */
export function useRevision(runId: string): string {
  const { live } = usePage();
  const run = useStore(live.run);
  return run?.runId === runId ? run.revision : '';
}
