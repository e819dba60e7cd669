import { useState } from 'preact/hooks';
import { dash } from '../../../shared/document/figure.ts';
import { exact, formatScore } from '../../../shared/document/format.ts';
import type { ExecutionShown } from '../../../shared/runs/execution-shown.ts';
import { ask } from '../../addresses.ts';
import type { ExecutionsAnswer } from '../../api/execution-answers.ts';
import { latency, plural, score } from '../numbers.ts';
import { useAnswer, useRevision } from '../page-context.ts';
import { Card, Section } from '../parts/card.tsx';
import { LongText } from '../parts/long-text.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { links } from '../route.ts';
import { RunFrame } from './run-frame.tsx';
import { Transcript } from './transcript.tsx';

interface ExecutionProps {
  readonly runId: string;
  readonly round: number;
  readonly query: string;
}

export function ExecutionView(props: ExecutionProps) {
  return <RunFrame runId={props.runId}>{() => <Executions {...props} />}</RunFrame>;
}

function Executions({ runId, round, query }: ExecutionProps) {
  const answer = useAnswer(ask.executions(runId, round, query), useRevision(runId));
  const [at, setAt] = useState(0);
  return (
    <Show answer={answer} what="the execution">
      {(shown) => {
        const execution = shown.executions[at] ?? shown.executions[0];
        return (
          <>
            <p class="crumbs">
              <a href={links.round(runId, round)}>Round {round}</a>
            </p>
            <div class="title">
              <h1 tabIndex={-1} class="h2">
                <bdi>{shown.query.id}</bdi>
              </h1>
              {shown.executions.length > 1 && (
                <fieldset class="row choice">
                  <legend class="hidden">Repeat</legend>
                  {shown.executions.map(({ repeat }, index) => (
                    <button
                      key={repeat}
                      type="button"
                      class="button small"
                      aria-pressed={shown.executions[at] === undefined ? index === 0 : index === at}
                      onClick={() => setAt(index)}
                    >
                      repeat {repeat + 1}
                    </button>
                  ))}
                </fieldset>
              )}
            </div>
            {shown.note !== undefined && <p class="notice">{shown.note}</p>}
            {execution !== undefined && <Outcome execution={execution} />}
            <Query shown={shown} />
            {execution === undefined ? (
              <Empty title="No transcript">
                <p>
                  {shown.note === undefined
                    ? 'This workflow was not executed on this query.'
                    : 'The score above is all that is left of it.'}
                </p>
              </Empty>
            ) : (
              <Transcript execution={execution} />
            )}
            <Others runId={runId} round={round} shown={shown} />
          </>
        );
      }}
    </Show>
  );
}

function Query({ shown: { query } }: { readonly shown: ExecutionsAnswer }) {
  return (
    <Section id="query" title="Query">
      <dl class="texts">
        {Object.entries(query.fields).map(([name, value]) => (
          <div key={name}>
            <dt>
              <bdi>{name}</bdi>
            </dt>
            <dd>
              <LongText text={value} label={`Field ${name} of the query`} />
            </dd>
          </div>
        ))}
        <div>
          <dt>right answer</dt>
          <dd>
            <LongText text={query.reference} label="The right answer" />
          </dd>
        </div>
      </dl>
    </Section>
  );
}

function Outcome({ execution }: { readonly execution: ExecutionShown }) {
  const { calls, failure, elapsedMs, worker, scorer, otherScores } = execution;
  const used = calls.reduce((sum, { promptTokens, completionTokens }) => sum + promptTokens + completionTokens, 0);
  const others = Object.entries(otherScores).map(([name, value]) => `${formatScore(value)} by ${name}`);
  return (
    <>
      <dl class="cards">
        <Card title="Score" figure={formatScore(execution.score)} note={[`by ${scorer}`, ...others].join(', ')} />
        <Card title="Tokens" figure={exact(used)} note={`in ${plural(calls.length, 'call')}`} />
        <Card title="Took" figure={latency(elapsedMs)} note={worker === '' ? '' : `on ${worker}`} />
      </dl>
      {failure !== undefined && (
        <p class="notice bad">
          <bdi>
            {failure.kind}
            {failure.step === '' ? '' : ` in ${failure.step}`}: {failure.message}
          </bdi>
        </p>
      )}
    </>
  );
}

function Others({ runId, round, shown }: { readonly runId: string; readonly round: number; readonly shown: ExecutionsAnswer }) {
  const others = shown.others.filter((other) => other.round !== round);
  if (others.length === 0) return null;
  return (
    <Section id="others" title="The same query by other workflows">
      <ul class="others">
        {others.map(({ round: other, score: value }) => (
          <li key={other}>
            <a href={links.query(runId, other, shown.query.id)}>round {other}</a>{' '}
            <span class="faint">{typeof value === 'number' ? score(value) : (value ?? dash)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
