import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Asked } from '../addresses.ts';
import type { SessionAnswer } from '../api/session-answer.ts';
import { type Answer, keptAnswer, readerOf } from './answer-reader.ts';
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
  const old = keptAnswer<Value>(address);
  return old === undefined ? { state: 'loading' } : { state: 'ready', value: old };
}

/** The revision of a run as far as the stream tells it. */
export function useRevision(runId: string): string {
  const { live } = usePage();
  const run = useStore(live.run);
  return run?.runId === runId ? run.revision : '';
}
