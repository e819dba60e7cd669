import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ask } from '../addresses.ts';
import type { SessionAnswer } from '../api/session-answer.ts';
import { Help } from './help.tsx';
import { liveOf } from './live.ts';
import { type Page, PageContext } from './page-context.ts';
import { Empty } from './parts/states.tsx';
import { links, linkTo, parseRoute, type Route } from './route.ts';
import type { Source } from './source.ts';
import { useStore } from './store.ts';
import { ThemeSwitch } from './theme-switch.tsx';
import { useShortcuts } from './use-shortcuts.ts';
import { CompareView } from './views/compare.tsx';
import { ExecutionView } from './views/execution.tsx';
import { MatrixView } from './views/matrix.tsx';
import { RoundView } from './views/round.tsx';
import { RunView } from './views/run.tsx';
import { RunsView } from './views/runs.tsx';
import { SignInView } from './views/sign-in.tsx';
import { SweepView } from './views/sweep.tsx';
import { SweepsView } from './views/sweeps.tsx';
import { TimelineView } from './views/timeline.tsx';
import { WhyView } from './views/why.tsx';
import { WorkersView } from './views/workers.tsx';

export function App({ source }: { readonly source: Source }) {
  const [route, setRoute] = useState<Route>(() => parseRoute(location.hash));
  const [session, setSession] = useState<SessionAnswer | undefined>(undefined);
  const [said, setSaid] = useState('');
  const live = useMemo(() => liveOf(source), [source]);
  const main = useRef<HTMLElement>(null);
  const path = route.path.join('/');
  useEffect(() => {
    const changed = () => setRoute(parseRoute(location.hash));
    window.addEventListener('hashchange', changed);
    return () => window.removeEventListener('hashchange', changed);
  }, []);
  const readSession = useCallback(() => {
    source.read(ask.session(), new AbortController().signal).then(setSession, () => setSession(undefined));
  }, [source]);
  useEffect(readSession, [readSession]);
  const connection = useStore(live.connection);
  const wasLost = useRef(false);
  // A stream that ends may be the end of the session, and one that is back the beginning of another one.
  const refusals = useStore(live.refusals);
  useEffect(() => {
    const isBack = connection === 'live' && wasLost.current;
    wasLost.current = connection === 'lost';
    if (!isBack && connection !== 'lost') return;
    source.read(ask.session(), new AbortController().signal).then(setSession, () => undefined);
  }, [connection, refusals, source]);
  const [kind, id] = route.path;
  useEffect(() => {
    // A view of a run has it followed itself, which needs no second stream.
    if (kind === 'sweeps' && id !== undefined) live.follow({ sweep: id });
    else if (kind !== 'runs' || id === undefined) live.follow({});
  }, [live, kind, id]);
  useArrival(path, main);
  const want = useCallback((changes: Readonly<Record<string, string | undefined>>) => {
    const now = parseRoute(location.hash);
    history.replaceState(null, '', linkTo(now.path, { ...now.wanted, ...changes }));
    setRoute(parseRoute(location.hash));
  }, []);
  const page: Page = useMemo(
    () => ({ source, live, route, session, want, readSession, announce: setSaid }),
    [source, live, route, session, want, readSession],
  );
  useNotices(live, setSaid);
  return (
    <PageContext.Provider value={page}>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <TopBar page={page} />
      <main id="main" tabIndex={-1} ref={main} key={path}>
        <View route={route} source={source} />
      </main>
      <p class="hidden" role="status" aria-live="polite">
        {said}
      </p>
      <Help />
    </PageContext.Provider>
  );
}

function View({ route: { path }, source }: { readonly route: Route; readonly source: Source }) {
  const [kind = '', id, part, number, below, query] = path;
  if (kind === '' || (kind === 'runs' && id === undefined)) return <RunsView />;
  if (kind === 'runs' && id !== undefined) {
    const round = Number(number);
    if (part === undefined) return <RunView runId={id} />;
    if (part === 'matrix') return <MatrixView runId={id} />;
    if (part === 'timeline') return <TimelineView runId={id} />;
    if (part === 'why') return <WhyView runId={id} />;
    if (part === 'rounds' && Number.isInteger(round) && round > 0) {
      if (below === undefined) return <RoundView runId={id} round={round} />;
      if (below === 'queries' && query !== undefined) return <ExecutionView runId={id} round={round} query={query} />;
    }
  }
  if (kind === 'sweeps') return id === undefined ? <SweepsView /> : <SweepView sweepId={id} />;
  if (kind === 'compare') return <CompareView />;
  if (kind === 'workers') return <WorkersView />;
  if (kind === 'sign-in' && source.embedded === undefined) return <SignInView />;
  return (
    <>
      <h1 tabIndex={-1}>Not found</h1>
      <Empty title="This link leads nowhere">
        <p>
          <a href={links.runs()}>All runs</a>
        </p>
      </Empty>
    </>
  );
}

function TopBar({ page: { source, live, route, session } }: { readonly page: Page }) {
  const connection = useStore(live.connection);
  const trouble = useStore(live.trouble);
  const [here = 'runs'] = route.path;
  const isFile = source.embedded !== undefined;
  // Nothing is told to those who are not signed in: what they see says so.
  const isStranger = session?.role === 'none';
  const places = [
    { id: 'runs', title: 'Runs', href: links.runs() },
    ...(isFile && !source.embedded?.home?.startsWith('/sweeps/')
      ? []
      : [{ id: 'sweeps', title: 'Sweeps', href: links.sweeps() }]),
    ...(isFile
      ? []
      : [
          { id: 'compare', title: 'Compare', href: links.compare() },
          { id: 'workers', title: 'Workers', href: links.workers() },
        ]),
  ];
  const words = { live: 'live', connecting: 'connecting', lost: 'not connected' } as const;
  // What the session says is as of when the page was opened.
  const bad = trouble ?? session?.cluster.trouble ?? '';
  return (
    <header class="top">
      <div class="top-row">
        <a class="brand" href={links.runs()}>
          <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M3 10h4M7 10C10 10 9 4 13 4h4M7 10C10 10 9 16 13 16h4M7 10h10" />
          </svg>
          SCALE
        </a>
        <nav aria-label="Main">
          {places.map(({ id, title, href }) => (
            <a key={id} href={href} aria-current={id === here ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <span class="grow" />
        {session !== undefined && (
          <span class="cluster faint" title={`version ${session.cluster.version ?? session.version}`}>
            <bdi>{session.cluster.name}</bdi>
          </span>
        )}
        {!isFile && !isStranger && (
          <span class={`connection c-${connection}`} role="status">
            <span class="dot" aria-hidden="true" />
            {words[connection]}
          </span>
        )}
        {!isFile && session?.signIn === 'token' && (
          <a class="button small" href={links.signIn()}>
            {session.isSignedIn ? 'Signed in' : 'Sign in'}
          </a>
        )}
        <ThemeSwitch />
        <button type="button" class="icon" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" data-help>
          ?
        </button>
      </div>
      {connection === 'lost' && !isFile && !isStranger && (
        <p class="banner" role="alert">
          The connection to the server is lost: what you see is as of before. It is tried again by itself; if it stays so, see
          whether <code>scale dashboard</code> still runs.
        </p>
      )}
      {connection === 'live' && bad !== '' && (
        <p class="banner" role="alert">
          The cluster does not answer: <bdi>{bad}</bdi>
        </p>
      )}
      {source.embedded?.notes.map((note) => (
        <p key={note} class="banner calm">
          {note}
        </p>
      ))}
    </header>
  );
}

/** In another view: its title, and its heading for a screen reader; at its top. */
function useArrival(path: string, main: { readonly current: HTMLElement | null }): void {
  const isFirst = useRef(true);
  useEffect(() => {
    const parts = path.split('/').filter((part) => part !== '');
    document.title = parts.length === 0 ? 'SCALE' : `${titleOf(parts)} · SCALE`;
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path, main]);
}

function titleOf([kind = '', id, part, number, , query]: readonly string[]): string {
  if (id === undefined) return `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`;
  if (query !== undefined) return `${query} · round ${number} · ${id}`;
  if (part === 'rounds') return `Round ${number} · ${id}`;
  return part === undefined ? id : `${part} · ${id}`;
}

/** What happens in the cluster is said to those who cannot see it. */
function useNotices(live: Page['live'], say: (text: string) => void): void {
  const notices = useStore(live.notices);
  useEffect(() => {
    if (notices.length > 0) say(notices.join('; '));
  }, [notices, say]);
  useShortcuts();
}
