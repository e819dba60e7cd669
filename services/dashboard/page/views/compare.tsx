import { useState } from 'preact/hooks';
import { formatFigure, formatValue } from '../../../shared/document/figure.ts';
import { exact } from '../../../shared/document/format.ts';
import { ask } from '../../addresses.ts';
import type { CompareAnswer, ComparedSide } from '../../api/compare-answer.ts';
import { money, plural, score, scoreBetween, tokens } from '../numbers.ts';
import { useAnswer, usePage } from '../page-context.ts';
import { Card, Section } from '../parts/card.tsx';
import { SideBySide } from '../parts/side-by-side.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { WorkflowDrawing } from '../parts/workflow-drawing.tsx';
import { links } from '../route.ts';

export function CompareView() {
  const { route, source } = usePage();
  const { a = '', b = '' } = route.wanted;
  const answer = useAnswer(a === '' || b === '' ? undefined : ask.compare(a, b));
  return (
    <>
      <header class="head">
        <h1 tabIndex={-1}>Compare</h1>
      </header>
      {source.embedded === undefined && <Choice key={`${a} ${b}`} a={a} b={b} />}
      {a === '' || b === '' ? (
        <Empty title="Two workflows, query by query">
          <p>
            Name two runs, or two rounds as <code>run:round</code>. Without a round, a run stands for its best workflow.
          </p>
        </Empty>
      ) : (
        <Show answer={answer} what="the comparison">
          {(compared) => <Compared answer={compared} />}
        </Show>
      )}
    </>
  );
}

function Choice({ a, b }: { readonly a: string; readonly b: string }) {
  const { want } = usePage();
  const answer = useAnswer(ask.runs());
  const [[one, other], setNames] = useState([a, b]);
  const runs = answer.state === 'ready' ? answer.value.runs : [];
  const send = (event: Event) => {
    event.preventDefault();
    want({ a: one.trim(), b: other.trim() });
  };
  return (
    <form class="tools" onSubmit={send}>
      <label class="field">
        A
        <input
          list="runs-known"
          value={one}
          onInput={(event) => setNames([event.currentTarget.value, other])}
          placeholder="run or run:round"
        />
      </label>
      <label class="field">
        B
        <input
          list="runs-known"
          value={other}
          onInput={(event) => setNames([one, event.currentTarget.value])}
          placeholder="run or run:round"
        />
      </label>
      <datalist id="runs-known">
        {runs.map(({ runId, name }) => (
          <option key={runId} value={runId}>
            {name}
          </option>
        ))}
      </datalist>
      <button type="submit" class="button primary" disabled={one.trim() === '' || other.trim() === ''}>
        Compare
      </button>
      {one !== '' && other !== '' && (
        <button type="button" class="button" onClick={() => want({ a: other, b: one })}>
          Swap
        </button>
      )}
    </form>
  );
}

function Compared({ answer }: { readonly answer: CompareAnswer }) {
  const { a, b, sentence, comparison, moreChanges, difference } = answer;
  const { queries, onlyInA, onlyInB, better, worse, alike, test } = comparison;
  const { low, high, difference: by, confidence } = comparison.difference;
  return (
    <>
      <p class="verdict">{sentence}</p>
      <dl class="cards">
        <SideCard name="A" side={a} score={scoreBetween(...scoreOf(comparison.a))} />
        <SideCard name="B" side={b} score={scoreBetween(...scoreOf(comparison.b))} />
        <Card
          title="B minus A, in points"
          figure={formatValue('points', 100 * by)}
          note={`${Math.round(100 * confidence)} %: ${formatFigure({ unit: 'points', value: 100 * by, low: 100 * low, high: 100 * high }).replace(/^[^(]*/, '')}, on ${plural(queries, 'query')} that both executed`}
        />
        <Card
          title="p"
          figure={formatValue('probability', test.pValue)}
          note={test.name === 'mcnemar-exact' ? "McNemar's exact test" : 'sign-flip permutation test'}
        />
      </dl>
      <BetterBar better={better} worse={worse} alike={alike} />
      {(onlyInA > 0 || onlyInB > 0) && (
        <p class="faint">
          Left out: {plural(onlyInA, 'query')} that only A executed, {exact(onlyInB)} that only B did.
        </p>
      )}
      {[...new Set([...a.remarks, ...b.remarks])].map((remark) => (
        <p key={remark} class="notice">
          {remark}
        </p>
      ))}
      <Section id="changes" title="Queries that changed">
        {comparison.changes.length === 0 ? (
          <p class="faint">None: both score the same on every query.</p>
        ) : (
          <Table
            label="Queries that changed"
            order=""
            rows={comparison.changes}
            keyOf={({ queryId }) => queryId}
            columns={changeColumns(a, b)}
          />
        )}
        {moreChanges > 0 && <p class="faint">{plural(moreChanges, 'more query')} changed less than these.</p>}
      </Section>
      <Section id="difference" title="The workflows side by side">
        <SideBySide before={`A: ${a.label}`} after={`B: ${b.label}`} lines={difference} />
        <div class="beside">
          <div>
            <h3>A</h3>
            <WorkflowDrawing graph={a.workflow.graph} label={`A: ${a.label}`} />
          </div>
          <div>
            <h3>B</h3>
            <WorkflowDrawing graph={b.workflow.graph} label={`B: ${b.label}`} />
          </div>
        </div>
      </Section>
    </>
  );
}

function scoreOf(interval: CompareAnswer['comparison']['a']): Parameters<typeof scoreBetween> {
  return [
    interval.score,
    interval.low === undefined || interval.high === undefined ? undefined : { low: interval.low, high: interval.high },
  ];
}

function SideCard({ name, side, score: text }: { readonly name: string; readonly side: ComparedSide; readonly score: string }) {
  return (
    <Card
      title={name}
      figure={<span class="figure-small">{text}</span>}
      note={
        <>
          <a href={links.round(side.runId, side.round)}>
            <bdi>{side.label}</bdi>
          </a>
          {side.tokens !== undefined && `, ${tokens(side.tokens)} tokens`}
          {side.money !== undefined && `, ${money(side.money)}`}
          {side.simulated && ', simulated'}
        </>
      }
    />
  );
}

function BetterBar({ better, worse, alike }: { readonly better: number; readonly worse: number; readonly alike: number }) {
  const all = Math.max(1, better + worse + alike);
  return (
    <p class="cells-bar wide-bar">
      <span class="bar" aria-hidden="true">
        <span class="part b-worse" style={{ width: `${(100 * worse) / all}%` }} />
        <span class="part b-alike" style={{ width: `${(100 * alike) / all}%` }} />
        <span class="part b-better" style={{ width: `${(100 * better) / all}%` }} />
      </span>
      <span class="under">
        B is worse on {exact(worse)}, the same on {exact(alike)}, better on {exact(better)}
      </span>
    </p>
  );
}

type Changed = CompareAnswer['comparison']['changes'][number];

function changeColumns(a: ComparedSide, b: ComparedSide): readonly Column<Changed>[] {
  return [
    { id: 'query', title: 'query', sort: ({ queryId }) => queryId, cell: ({ queryId }) => <bdi>{queryId}</bdi> },
    {
      ...{ id: 'a', title: 'A', isNumber: true, sort: ({ scoreA }) => scoreA },
      cell: ({ queryId, scoreA }) => <a href={links.query(a.runId, a.round, queryId)}>{score(scoreA)}</a>,
    },
    {
      ...{ id: 'b', title: 'B', isNumber: true, sort: ({ scoreB }) => scoreB },
      cell: ({ queryId, scoreB }) => <a href={links.query(b.runId, b.round, queryId)}>{score(scoreB)}</a>,
    },
    {
      ...{ id: 'change', title: 'change', isNumber: true, sort: ({ scoreA, scoreB }) => scoreB - scoreA },
      cell: ({ scoreA, scoreB }) => `${scoreB > scoreA ? '▲' : '▼'} ${formatValue('difference', scoreB - scoreA)}`,
    },
    {
      ...{ id: 'answers', title: 'answers', minor: 2 },
      cell: ({ answersA, answersB, reference }) => (
        <span>
          {reference !== undefined && <AnswerEnd name="right" text={reference} />}
          <AnswerEnd name="A" text={answersA[0] ?? ''} />
          <AnswerEnd name="B" text={answersB[0] ?? ''} />
        </span>
      ),
    },
  ];
}

/** What an answer comes to stands at its end. */
function AnswerEnd({ name, text }: { readonly name: string; readonly text: string }) {
  const most = 90;
  return (
    <span class="under">
      {name}: <bdi>{text.length > most ? `…${text.slice(-most)}` : text}</bdi>
    </span>
  );
}
