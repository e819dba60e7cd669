import { exact } from '../../../shared/document/format.ts';
import type { CallShown, ExecutionShown, ProgramShown } from '../../../shared/runs/execution-shown.ts';
import { latency, plural } from '../numbers.ts';
import { Section } from '../parts/card.tsx';
import { LongText } from '../parts/long-text.tsx';

/** What an execution did, call by call, and why its answer has its score. */
export function Transcript({ execution }: { readonly execution: ExecutionShown }) {
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
