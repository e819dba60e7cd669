import { useEffect } from 'preact/hooks';
import { nounFor } from '../../../domain/names/count-of.ts';
import { dash } from '../../../shared/document/figure.ts';
import { exact, formatScore } from '../../../shared/document/format.ts';
import { ask } from '../../addresses.ts';
import type { RoundAnswer } from '../../api/round-answer.ts';
import type { RunAnswer } from '../../api/run-answer.ts';
import { plural, score, signedScore, tokens } from '../numbers.ts';
import { useAnswer, useRevision } from '../page-context.ts';
import { Card, Section } from '../parts/card.tsx';
import { LongText } from '../parts/long-text.tsx';
import { ScoredBy } from '../parts/score-mark.tsx';
import { SideBySide } from '../parts/side-by-side.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { WorkflowDrawing } from '../parts/workflow-drawing.tsx';
import { links } from '../route.ts';
import { HowScored } from './how-scored.tsx';
import { RoundExperience } from './round-experience.tsx';
import { RoundQueries } from './round-queries.tsx';
import { RunFrame } from './run-frame.tsx';

interface RoundProps {
  readonly runId: string;
  readonly round: number;
}

export function RoundView({ runId, round }: RoundProps) {
  return <RunFrame runId={runId}>{(run) => <Round runId={runId} round={round} run={run} />}</RunFrame>;
}

function Round({ runId, round, run }: RoundProps & { readonly run: RunAnswer }) {
  const answer = useAnswer(ask.round(runId, round), useRevision(runId));
  return (
    <Show answer={answer} what={`round ${round}`}>
      {(shown) => <Shown answer={shown} run={run} />}
    </Show>
  );
}

function Shown({ answer, run }: { readonly answer: RoundAnswer; readonly run: RunAnswer }) {
  const { runId, round, isBest, previous, next, workflow, difference, children } = answer;
  const number = round.round;
  const best = run.report?.best?.round;
  const parent = run.report?.rounds.find((each) => each.round === round.parentRound);
  useKeys({ '[': previous, ']': next, u: round.parentRound || undefined }, (to) => links.round(runId, to));
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1} class="h2">
          Round {number}
          {isBest && ' ★ the best'}
        </h1>
        <nav class="row" aria-label="Other rounds">
          {previous !== undefined && (
            <a class="button small" href={links.round(runId, previous)} rel="prev">
              ← round {previous}
            </a>
          )}
          {next !== undefined && (
            <a class="button small" href={links.round(runId, next)} rel="next">
              round {next} →
            </a>
          )}
          {best !== undefined && !isBest && (
            <a class="button small" href={links.compare(`${runId}:${best}`, `${runId}:${number}`)}>
              compare with the best
            </a>
          )}
        </nav>
      </div>
      <p class="edit-said">
        <bdi>{round.modification || 'The initial workflow.'}</bdi>
      </p>
      {round.failure !== undefined && (
        <p class="notice bad">
          <bdi>{round.failure}</bdi>
        </p>
      )}
      <dl class="cards">
        <Card
          title="Score"
          figure={score(round.score)}
          note={
            <>
              {round.method === undefined ? 'no score yet' : <ScoredBy method={round.method} />}
              {round.standardError !== undefined && `, ± ${formatScore(round.standardError)}`}
            </>
          }
        />
        <Card
          title="Against its parent"
          figure={parent?.score === undefined || round.score === undefined ? dash : signedScore(round.score - parent.score)}
          note={
            round.parentRound === 0 ? (
              'it is the start'
            ) : (
              <>
                <a href={links.round(runId, round.parentRound)}>round {round.parentRound}</a>
                {round.mergedRound !== undefined && (
                  <>
                    , merged with <a href={links.round(runId, round.mergedRound)}>round {round.mergedRound}</a>
                  </>
                )}
                {parent?.score !== undefined && ` with ${formatScore(parent.score)}`}
              </>
            )
          }
        />
        <Card
          title="Executed on"
          figure={exact(round.queries.executed)}
          note={`${nounFor(round.queries.executed, 'query')}${round.wrongAnswers > 0 ? `; ${exact(round.wrongAnswers)} wrong answers` : ''}`}
        />
        <Card
          title="An answer takes"
          figure={tokens(round.answer?.tokens)}
          note={`tokens; ${tokens(round.tokens)} spent on the round`}
        />
      </dl>
      {children.length > 0 && (
        <p class="faint">
          Edits that began here:{' '}
          {children.map((child) => (
            <a key={child} class="listed" href={links.round(runId, child)}>
              round {child}
            </a>
          ))}
        </p>
      )}
      {workflow === undefined ? (
        <Empty title="No workflow">
          <p>All proposals of this round were refused; below is why.</p>
        </Empty>
      ) : (
        <Section id="workflow" title="Workflow">
          <WorkflowDrawing graph={workflow.graph} label={`The workflow of round ${number}`} />
          <details>
            <summary>As its file</summary>
            <LongText text={workflow.source} label={`The workflow file of round ${number}`} />
          </details>
        </Section>
      )}
      {difference !== undefined && (
        <Section id="difference" title={`What changed against round ${round.parentRound}`}>
          <SideBySide before={`round ${round.parentRound}`} after={`round ${number}`} lines={difference} />
        </Section>
      )}
      <HowScored answer={answer} />
      <RoundExperience answer={answer} />
      <Proposals answer={answer} />
      <Section id="queries" title="Its queries, the worst first">
        <RoundQueries runId={runId} round={number} />
      </Section>
    </>
  );
}

function Proposals({ answer: { proposals } }: { readonly answer: RoundAnswer }) {
  if (proposals.length === 0) return null;
  return (
    <Section id="proposals" title={plural(proposals.length, 'proposal')}>
      {proposals.map(({ turn, modification, reply, refused }) => (
        <details key={turn}>
          <summary>
            {refused === undefined ? 'Taken' : 'Refused'}: <bdi>{modification || `turn ${turn}`}</bdi>
          </summary>
          {refused !== undefined && (
            <p class="notice bad">
              <bdi>{refused}</bdi>
            </p>
          )}
          <LongText text={reply} label={`The optimizer's reply in turn ${turn}`} />
        </details>
      ))}
    </Section>
  );
}

/** A key leads to a number, where there is one. */
function useKeys(keys: Readonly<Record<string, number | undefined>>, link: (to: number) => string): void {
  useEffect(() => {
    const go = (event: KeyboardEvent) => {
      const to = keys[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      location.assign(link(to));
    };
    window.addEventListener('keydown', go);
    return () => window.removeEventListener('keydown', go);
  });
}

const isTyping = (target: EventTarget | null) =>
  target instanceof Element && target.closest('input, select, textarea, dialog') !== null;
