import { ask } from '../../addresses.ts';
import { useAnswer, usePage, useRevision } from '../page-context.ts';
import { Show } from '../parts/states.tsx';
import { RunFrame } from './run-frame.tsx';

const levels = {
  stops: { word: 'stops it', shape: 'M8 1L15 14H1z' },
  slows: { word: 'slows it', shape: 'M8 1L15 8L8 15L1 8z' },
  fine: { word: 'in order', shape: 'M2 8l2-2l3 3l6-6l2 2l-8 8z' },
} as const;

export function WhyView({ runId }: { readonly runId: string }) {
  return (
    <RunFrame runId={runId} tab="why">
      {() => <Why runId={runId} />}
    </RunFrame>
  );
}

function Why({ runId }: { readonly runId: string }) {
  const { live } = usePage();
  const answer = useAnswer(ask.why(runId), useRevision(runId));
  return (
    <Show answer={answer} what="the diagnosis">
      {({ sentence, findings }) => (
        <>
          <p class="verdict" role="status">
            {sentence}
          </p>
          <ul class="findings">
            {findings.map(({ level, subject, text, remedy }) => (
              <li key={`${subject} ${text}`} class={`finding f-${level}`}>
                <svg class="sign" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
                  <path d={levels[level].shape} />
                </svg>
                <div>
                  <p>
                    <strong>
                      <bdi>{subject}</bdi>
                    </strong>{' '}
                    <span class="tag">{levels[level].word}</span>
                  </p>
                  <p>
                    <bdi>{text}</bdi>
                  </p>
                  {remedy !== undefined && (
                    <p class="remedy">
                      → <bdi>{remedy}</bdi>
                    </p>
                  )}
                </div>
              </li>
            ))}
          </ul>
          <p>
            <button type="button" class="button" onClick={() => live.epoch.set(live.epoch.get() + 1)}>
              Look again
            </button>
          </p>
        </>
      )}
    </Show>
  );
}
