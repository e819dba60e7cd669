import { type ErrorKind, errorKinds } from '../../domain/errors/error-kind.ts';
import { type Asked, changesAddress } from '../addresses.ts';
import type { Change } from '../api/change.ts';
import type { ErrorAnswer } from '../api/error-answer.ts';
import { type Listener, NoAnswerError, type Source } from './source.ts';

/** Milliseconds until a broken stream is asked for again: doubled each time. */
const firstWait = 1_000;
const longestWait = 30_000;
/** A read that takes longer than this is given up: the server is gone, or something between. */
const longestRead = 60_000;

export const httpSource: Source = {
  read: <Answer>({ address }: Asked<Answer>, signal: AbortSignal) =>
    answerOf<Answer>(address, { signal: AbortSignal.any([signal, AbortSignal.timeout(longestRead)]) }),
  send: <Answer>(method: 'POST' | 'DELETE', address: string, body: unknown) =>
    answerOf<Answer>(address, {
      ...{ method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
      signal: AbortSignal.timeout(longestRead),
    }),
  watch,
};

async function answerOf<Answer>(address: string, options: RequestInit): Promise<Answer> {
  const response = await fetch(address, { ...options, credentials: 'same-origin' }).catch((cause: unknown) => {
    const message = 'The server of this page does not answer. It is asked again while this page is open.';
    throw new NoAnswerError('unreachable', message, { cause });
  });
  if (response.ok) return (await response.json()) as Answer;
  throw await refusalOf(response);
}

async function refusalOf(response: Response): Promise<NoAnswerError> {
  const said = (await response.json().catch(() => undefined)) as Partial<ErrorAnswer> | undefined;
  const kind: ErrorKind =
    errorKinds.find((known) => known === said?.error?.kind) ?? (response.status >= 500 ? 'unreachable' : 'refused');
  const message = said?.error?.message ?? `The server answered with status ${response.status}.`;
  return new NoAnswerError(kind, message, { needsSignIn: response.status === 401 });
}

/**
 * The browser takes up a broken stream by itself and says which event was the last. Where it gives up, since the answer was no
 * stream (a proxy's page, a restarting server, nobody is signed in), it is asked again here, at once when somebody comes back to
 * the page, and everything shown is read anew.
 */
function watch(of: { readonly run?: string; readonly sweep?: string }, listener: Listener): () => void {
  let stream: EventSource | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let wait = firstWait;
  let wasLost = false;
  const open = () => {
    waiting = undefined;
    const opened = new EventSource(changesAddress(of));
    stream = opened;
    opened.addEventListener('open', () => {
      wait = firstWait;
      listener.connection('live');
      if (wasLost) listener.missed();
      wasLost = false;
    });
    opened.addEventListener('change', (event: MessageEvent<string>) => listener.changed(JSON.parse(event.data) as Change));
    opened.addEventListener('reset', () => listener.missed());
    opened.addEventListener('error', () => {
      listener.connection('lost');
      if (opened.readyState !== EventSource.CLOSED) return;
      wasLost = true;
      listener.refused();
      waiting = setTimeout(open, wait);
      wait = Math.min(longestWait, wait * 2);
    });
  };
  const cameBack = () => {
    if (waiting === undefined || document.visibilityState !== 'visible') return;
    clearTimeout(waiting);
    open();
  };
  document.addEventListener('visibilitychange', cameBack);
  listener.connection('connecting');
  open();
  return () => {
    document.removeEventListener('visibilitychange', cameBack);
    clearTimeout(waiting);
    stream?.close();
  };
}
