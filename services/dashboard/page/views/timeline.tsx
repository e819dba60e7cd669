import { plot } from '@observablehq/plot';
import { useCallback, useMemo } from 'preact/hooks';
import { exact, formatScore, formatShare } from '../../../shared/document/format.ts';
import { ask } from '../../addresses.ts';
import type { RunAnswer } from '../../api/run-answer.ts';
import type { TimelineAnswer } from '../../api/timeline-answer.ts';
import { Chart } from '../charts/chart.tsx';
import { type Lane, lanesOf } from '../charts/lanes.ts';
import { Legend } from '../charts/legend.tsx';
import { timelineLayer } from '../charts/timeline-layer.ts';
import { latency, plural, time } from '../numbers.ts';
import { useAnswer, usePage, useRevision } from '../page-context.ts';
import { Empty, Show } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { RunFrame } from './run-frame.tsx';

export function TimelineView({ runId }: { readonly runId: string }) {
  return (
    <RunFrame runId={runId} tab="timeline">
      {(run) => <Timeline runId={runId} run={run} />}
    </RunFrame>
  );
}

function Timeline({ runId, run }: { readonly runId: string; readonly run: RunAnswer }) {
  const { route, want } = usePage();
  const wanted = Number(route.wanted.round);
  const round = Number.isInteger(wanted) && wanted > 0 ? wanted : undefined;
  const by = route.wanted.by === 'endpoint' ? 'endpoint' : 'worker';
  const answer = useAnswer(ask.timeline(runId, round), useRevision(runId));
  const rounds = run.report?.rounds ?? [];
  return (
    <>
      <div class="tools">
        <label>
          Round{' '}
          <select
            value={round === undefined ? '' : String(round)}
            onChange={(event) => want({ round: event.currentTarget.value })}
          >
            <option value="">the newest</option>
            {rounds.map((each) => (
              <option key={each.round} value={String(each.round)}>
                {each.round}
              </option>
            ))}
          </select>
        </label>
        <label>
          Lanes{' '}
          <select
            value={by}
            onChange={(event) => want({ by: event.currentTarget.value === 'endpoint' ? 'endpoint' : undefined })}
          >
            <option value="worker">by executor</option>
            <option value="endpoint">by endpoint</option>
          </select>
        </label>
      </div>
      <Show answer={answer} what="the timeline">
        {(timeline) =>
          timeline.spans.length === 0 ? (
            <Empty title="No executions to show">
              <p>{timeline.note}</p>
            </Empty>
          ) : (
            <Drawn timeline={timeline} by={by} />
          )
        }
      </Show>
    </>
  );
}

const rowHeight = 11;
const laneGap = 24;

function Drawn({ timeline, by }: { readonly timeline: TimelineAnswer; readonly by: 'worker' | 'endpoint' }) {
  const { runId, round, spans, workers, endpoints, left, note } = timeline;
  const lanes = useMemo(() => lanesOf(by === 'worker' ? workers : endpoints, spans, by), [by, workers, endpoints, spans]);
  const [from, to] = useMemo(
    () => [Math.min(...spans.map(({ beganMs }) => beganMs)), Math.max(...spans.map(({ endedMs }) => endedMs))],
    [spans],
  );
  const draw = useCallback(
    (width: number) => {
      const height = lanes.reduce((sum, { rows }) => sum + rows * rowHeight + laneGap, 44);
      return plot({
        ...{ width, height, marginLeft: 22, marginRight: 22, marginBottom: 36, marginTop: 4, className: 'plot' },
        x: {
          domain: [0, Math.max(1, to - from)],
          label: `since ${time(from)}`,
          tickFormat: latency,
          ticks: width < 500 ? 3 : 7,
          grid: true,
        },
        y: { axis: null, domain: [0, 1] },
        marks: [timelineLayer(lanes, { runId, round, from, rowHeight, laneGap })],
      });
    },
    [lanes, runId, round, from, to],
  );
  const what = by === 'worker' ? 'executor' : 'endpoint';
  return (
    <section aria-label={`Round ${round} over time`}>
      <h2>
        Round {round}: {plural(spans.length, 'execution')} in {latency(to - from)}
      </h2>
      <Chart
        label={`What each ${what} did in round ${round}, over ${latency(to - from)}; the table below has the figures.`}
        caption={note}
        draw={draw}
        table={<Figures lanes={lanes} what={what} length={to - from} />}
      />
      <Legend
        entries={[
          { className: 't-right', text: 'right' },
          { className: 't-wrong', text: 'not or only partly right' },
          { className: 't-failed', text: 'failed' },
        ]}
      />
      {left > 0 && <p class="faint">{plural(left, 'execution')} more: without a result here, or beyond what is drawn.</p>}
    </section>
  );
}

function Figures({ lanes, what, length }: { readonly lanes: readonly Lane[]; readonly what: string; readonly length: number }) {
  return (
    <Table<Lane>
      label={`What each ${what} did`}
      order=""
      rows={lanes}
      keyOf={({ name }) => name}
      columns={[
        { id: 'name', title: what, sort: ({ name }) => name, cell: ({ name }) => <bdi>{name}</bdi> },
        {
          id: 'jobs',
          title: 'executions',
          isNumber: true,
          sort: (lane) => lane.spans.length,
          cell: (lane) => exact(lane.spans.length),
        },
        {
          ...{ id: 'calls', title: 'calls', isNumber: true, sort: callsOf },
          cell: (lane) => exact(callsOf(lane)),
        },
        { id: 'at-once', title: 'at once, at most', isNumber: true, sort: ({ rows }) => rows, cell: ({ rows }) => exact(rows) },
        {
          ...{ id: 'busy', title: 'busy', isNumber: true, sort: busyOf },
          cell: (lane) => formatShare(Math.min(1, busyOf(lane) / Math.max(1, length * lane.rows))),
        },
        {
          ...{ id: 'mean', title: 'mean time', isNumber: true, sort: (lane) => busyOf(lane) / lane.spans.length },
          cell: (lane) => latency(busyOf(lane) / Math.max(1, lane.spans.length)),
        },
        {
          ...{ id: 'score', title: 'mean score', isNumber: true, sort: scoreOf },
          cell: (lane) => formatScore(scoreOf(lane)),
        },
        { id: 'failed', title: 'failed', isNumber: true, sort: failedOf, cell: (lane) => exact(failedOf(lane)) },
      ]}
    />
  );
}

const callsOf = ({ spans }: Lane) => spans.reduce((sum, { span }) => sum + span.calls, 0);
const busyOf = ({ spans }: Lane) => spans.reduce((sum, { span }) => sum + span.endedMs - span.beganMs, 0);
const scoreOf = ({ spans }: Lane) => spans.reduce((sum, { span }) => sum + span.score, 0) / Math.max(1, spans.length);
const failedOf = ({ spans }: Lane) => spans.filter(({ span }) => span.failed).length;
