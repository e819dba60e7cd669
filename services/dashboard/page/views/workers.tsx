import { useEffect } from 'preact/hooks';
import { ask } from '../../addresses.ts';
import type { WorkersAnswer } from '../../api/workers-answer.ts';
import { plural } from '../numbers.ts';
import { useAnswer, usePage } from '../page-context.ts';
import { Empty, Show } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { links } from '../route.ts';

type Worker = WorkersAnswer['workers'][number];

/** No change of a worker is told, so it is asked every so often. */
const every = 5_000;

export function WorkersView() {
  const { live } = usePage();
  const answer = useAnswer(ask.workers());
  useEffect(() => {
    const timer = setInterval(() => document.hidden || live.epoch.set(live.epoch.get() + 1), every);
    return () => clearInterval(timer);
  }, [live]);
  return (
    <>
      <header class="head">
        <h1 tabIndex={-1}>Workers</h1>
      </header>
      <Show answer={answer} what="the workers">
        {({ settled, workers }) => (
          <>
            {!settled && <p class="notice">The coordinator has only just started: not every worker has been heard yet.</p>}
            {workers.length === 0 ? (
              <Empty title="No worker is heard">
                <p>
                  Nothing is executed without one. <code>scale run</code> starts them on this machine; in a cluster, look at the
                  executors' logs.
                </p>
              </Empty>
            ) : (
              <Table label="Workers" rows={workers} columns={columns} keyOf={({ name }) => name} order="name" />
            )}
          </>
        )}
      </Show>
    </>
  );
}

/** A circuit breaker's words, for people. */
const endpointStates: ReadonlyMap<string, string> = new Map([
  ['closed', 'answers'],
  ['open', 'fails, and is left alone for a moment'],
  ['half-open', 'has failed, and is tried again'],
]);

const columns: readonly Column<Worker>[] = [
  {
    ...{ id: 'name', title: 'worker', sort: ({ name }) => name },
    cell: ({ name, trouble, version, endpoints }) => (
      <>
        <span class="name">
          <bdi>{name}</bdi>
        </span>
        <span class="under">
          <span>{version}</span>
          {trouble !== undefined && trouble !== '' && (
            <span class="tag warn">
              <bdi>{trouble}</bdi>
            </span>
          )}
        </span>
        {endpoints
          .filter(({ state }) => state !== 'closed')
          .map(({ url, state }) => (
            <span key={url} class="under in-little-room">
              <span class="tag warn">
                <bdi>{url}</bdi>: {endpointStates.get(state) ?? state}
              </span>
            </span>
          ))}
      </>
    ),
  },
  { id: 'role', title: 'does', minor: 1, cell: ({ role, kinds }) => role ?? kinds.join(', ') },
  {
    ...{ id: 'busy', title: 'in flight', isNumber: true, sort: ({ runs }) => inFlight(runs) },
    cell: ({ runs, slots }) => <InFlight jobs={inFlight(runs)} slots={slots} />,
  },
  {
    ...{ id: 'runs', title: 'runs', minor: 1 },
    cell: ({ runs }) =>
      runs.map(({ runId, inFlight: busy, heldUp, trouble }) => (
        <span key={runId} class="under">
          <a href={links.run(runId)}>{runId}</a>: {busy}
          {heldUp > 0 && `, ${heldUp} held up`}
          {trouble !== '' && (
            <>
              {': '}
              <bdi>{trouble}</bdi>
            </>
          )}
        </span>
      )),
  },
  {
    ...{ id: 'endpoints', title: 'endpoints', minor: 2 },
    cell: ({ endpoints }) =>
      endpoints.map(({ url, state, inFlight: busy, detail }) => (
        <span key={url} class="under">
          <bdi>{url}</bdi>: {endpointStates.get(state) ?? state}, {plural(busy, 'call')} in flight
          {detail === '' ? '' : `, ${detail}`}
        </span>
      )),
  },
];

/** A job whose calls all wait for a place at an endpoint takes no slot, so that there may be more jobs than slots. */
function InFlight({ jobs, slots }: { readonly jobs: number; readonly slots: number }) {
  const beyond = jobs - slots;
  return (
    <>
      {Math.min(jobs, slots)} of {slots}
      {beyond > 0 && <span class="under">{plural(beyond, 'more job')} in line for an endpoint</span>}
    </>
  );
}

const inFlight = (runs: Worker['runs']) => runs.reduce((sum, run) => sum + run.inFlight, 0);
