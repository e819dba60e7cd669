import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { ask, savedPageAddress } from '../../addresses.ts';
import type { RunAnswer } from '../../api/run-answer.ts';
import { plural } from '../numbers.ts';
import { useAnswer, usePage, useRevision } from '../page-context.ts';
import { Actions } from '../parts/confirm.tsx';
import { StatePill } from '../parts/state-pill.tsx';
import { Show } from '../parts/states.tsx';
import { links } from '../route.ts';
import { useStore } from '../store.ts';

export type RunTab = 'overview' | 'matrix' | 'timeline' | 'why';

interface RunFrameProps {
  readonly runId: string;
  readonly tab?: RunTab;
  readonly children: (run: RunAnswer) => ComponentChildren;
}

/** What stands above every view of a run: its name and state, what may be done with it, and the way to its other views. */
export function RunFrame({ runId, tab, children }: RunFrameProps) {
  const { live } = usePage();
  const answer = useAnswer(ask.run(runId), useRevision(runId));
  const heard = useStore(live.run);
  const newer = useStore(live.runs).get(runId);
  const isDeleted = useStore(live.removedRuns).has(runId);
  const state = newer?.state;
  useEffect(() => live.follow({ run: runId }), [live, runId]);
  useEffect(() => {
    if (state !== undefined && answer.state === 'ready' && answer.value.row.state !== state) live.epoch.set(live.epoch.get() + 1);
  }, [live, state, answer]);
  return (
    <Show answer={answer} what="the run">
      {(read) => {
        const step = heard?.runId === runId ? heard.step : read.step;
        const { step: _old, ...rest } = read;
        const run: RunAnswer = { ...rest, row: newer ?? read.row, ...(step && { step }) };
        return (
          <>
            {isDeleted && (
              <p class="notice bad" role="alert">
                This run was deleted: what you see is as of before.
              </p>
            )}
            <Head run={run} tab={tab} />
            {children(run)}
          </>
        );
      }}
    </Show>
  );
}

function Head({ run: { row, report }, tab }: { readonly run: RunAnswer; readonly tab: RunTab | undefined }) {
  const { source } = usePage();
  const { runId } = row;
  const tabs: readonly { readonly id: RunTab; readonly title: string; readonly href: string }[] = [
    { id: 'overview', title: 'Overview', href: links.run(runId) },
    { id: 'matrix', title: 'Queries × workflows', href: links.matrix(runId) },
    { id: 'timeline', title: 'Timeline', href: links.timeline(runId) },
    { id: 'why', title: 'Why is it not moving?', href: links.why(runId) },
  ];
  const isOver = row.endedAtMs !== undefined;
  return (
    <header class="head">
      <p class="crumbs">
        <a href={links.runs()}>Runs</a>
        {row.sweepId !== undefined && (
          <>
            {' · '}
            <a href={links.sweep(row.sweepId)}>its sweep</a>
          </>
        )}
        {row.ofRun !== undefined && (
          <>
            {' · of '}
            <a href={links.run(row.ofRun)}>{row.ofRun}</a>
          </>
        )}
      </p>
      <div class="title">
        {tab === undefined ? (
          <p class="h1">
            <a href={links.run(runId)}>
              <bdi>{row.name || runId}</bdi>
            </a>
          </p>
        ) : (
          <h1 tabIndex={-1}>
            <bdi>{row.name || runId}</bdi>
          </h1>
        )}
        <StatePill state={row.state} />
        {source.embedded === undefined && (
          <a class="button small save" href={savedPageAddress({ runId })} download={`${runId}.html`}>
            Save as a file
          </a>
        )}
        <Actions of={{ runId }} name={row.name || runId} state={isOver ? 'over' : row.state} />
      </div>
      <p class="faint">
        <code>{runId}</code>
        {report !== undefined && (
          <>
            {' · '}
            <bdi>
              {report.run.benchmark} {report.run.split}
            </bdi>
            , {plural(report.run.queries, 'query')} · scored by {report.run.scorer} · evaluation {report.run.method} · executor{' '}
            <bdi>{report.run.executor}</bdi>, optimizer <bdi>{report.run.optimizer}</bdi>
          </>
        )}
      </p>
      {row.simulated && <p class="notice">A simulated model gave answers here: nothing of it is a result.</p>}
      <nav class="tabs" aria-label="Views of this run">
        {tabs.map(({ id, title, href }) => (
          <a key={id} href={href} aria-current={id === tab ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
    </header>
  );
}
