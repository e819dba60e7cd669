import { useState } from 'preact/hooks';
import { dash } from '../../../shared/document/figure.ts';
import { exact, formatScore } from '../../../shared/document/format.ts';
import type { CallShown, ExecutionShown, ProgramShown } from '../../../shared/runs/execution-shown.ts';
import { ask } from '../../addresses.ts';
import type { ExecutionsAnswer } from '../../api/execution-answers.ts';
import { latency, plural, score } from '../numbers.ts';
import { useAnswer, useRevision } from '../page-context.ts';
import { Card, Section } from '../parts/card.tsx';
import { LongText } from '../parts/long-text.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { links } from '../route.ts';
import { RunFrame } from './run-frame.tsx';

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

function Transcript({ execution }: { readonly execution: ExecutionShown }) {
  const { calls, programs, scoring, answer, extracted, feedback } = execution;
  return (
    <>
      <Section id="answer" title="Answer, and why it has this score">
        <dl class="texts">
          <div>
            <dt>answer</dt>
            <dd>
              <LongText text={answer} label="The answer" />
            </dd>
          </div>
          {extracted !== answer && (
            <div>
              <dt>what was compared</dt>
              <dd>
                <LongText text={extracted} label="What the scorer compared" />
              </dd>
            </div>
          )}
          {feedback !== undefined && feedback !== '' && (
            <div>
              <dt>what the scorer says</dt>
              <dd>
                <LongText text={feedback} label="What the scorer says" />
              </dd>
            </div>
          )}
        </dl>
        {scoring.map((program, place) => (
          <Verdict key={place} program={program} of="the scorer's program" />
        ))}
      </Section>
      <Section id="transcript" title="Transcript">
        {calls.length === 0 && <p class="faint">No model was called.</p>}
        <ol class="calls">
          {calls.map((call, place) => (
            <Call key={`${call.callId} ${place}`} call={call} place={place + 1} />
          ))}
        </ol>
        {execution.stoppedAt !== undefined && (
          <p class="notice">
            The prompts after <bdi>{execution.stoppedAt}</bdi> are not shown: what they were made of is not on record.
          </p>
        )}
      </Section>
      {programs.length > 0 && (
        <Section id="programs" title="Programs in the sandbox">
          {programs.map((program, place) => (
            <div key={place} class="program">
              <Verdict program={program} of={`program ${place + 1}`} />
              <LongText text={program.program} label={`Program ${place + 1}`} />
              {program.tests !== undefined && (
                <details>
                  <summary>Its tests</summary>
                  <LongText text={program.tests} label={`Tests of program ${place + 1}`} />
                </details>
              )}
            </div>
          ))}
        </Section>
      )}
    </>
  );
}

function Verdict({ program, of }: { readonly program: Omit<ProgramShown, 'program' | 'tests'>; readonly of: string }) {
  const { verdict, error = '', output = '', result = '' } = program;
  return (
    <div>
      <p>
        Sandbox, {of}: <strong class={verdict === 'passed' ? 'good' : 'bad'}>{verdict ?? 'not on record'}</strong>
        {result !== '' && (
          <>
            , result <code dir="auto">{result.slice(0, 300)}</code>
          </>
        )}
      </p>
      {error !== '' && <LongText text={error} label={`Why ${of} did not pass`} />}
      {output !== '' && (
        <details>
          <summary>What it printed</summary>
          <LongText text={output} label={`Output of ${of}`} />
        </details>
      )}
    </div>
  );
}

function Call({ call, place }: { readonly call: CallShown; readonly place: number }) {
  const { callId, model, messages, reply, reasoning, samples, promptTokens, completionTokens, latencyMs, attempts, endpoint } =
    call;
  return (
    <li class="call">
      <h3>
        <span class="place">{place}</span> <bdi>{callId}</bdi>
      </h3>
      <p class="faint call-facts">
        <span>
          <bdi>{model}</bdi>
          {call.simulated && ' (simulated)'}
        </span>
        <span>
          {exact(promptTokens)} + {exact(completionTokens)} tokens
        </span>
        <span>
          {latency(latencyMs)}
          {call.firstTokenMs > 0 && `, the first token after ${latency(call.firstTokenMs)}`}
        </span>
        <span>{plural(attempts, 'attempt')}</span>
        {call.finishReason !== '' && call.finishReason !== 'stop' && <span class="bad">ended by: {call.finishReason}</span>}
        {call.fromCache && <span>from the cache</span>}
        {endpoint !== '' && <bdi>{endpoint}</bdi>}
      </p>
      {messages === undefined ? (
        <p class="faint">The prompt is not on record.</p>
      ) : (
        messages.map(({ role, content }, index) => (
          <div key={index} class={`message r-${role}`}>
            <p class="role">{role}</p>
            <LongText text={content} label={`Message of ${role} in call ${place}`} />
          </div>
        ))
      )}
      {reasoning !== '' && (
        <details class="message r-reasoning">
          <summary>Reasoning</summary>
          <LongText text={reasoning} label={`Reasoning in call ${place}`} />
        </details>
      )}
      <div class="message r-reply">
        <p class="role">reply</p>
        <LongText text={reply} label={`Reply in call ${place}`} />
      </div>
      {samples.map((sample, index) => (
        <details key={index} class="message r-reply">
          <summary>Sample {index + 2}</summary>
          {sample.reasoning !== '' && <LongText text={sample.reasoning} label={`Reasoning of sample ${index + 2}`} />}
          <LongText text={sample.reply} label={`Sample ${index + 2} of call ${place}`} />
        </details>
      ))}
    </li>
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
