import { useEffect } from 'preact/hooks';
import { dash } from '../../../shared/document/figure.ts';
import { exact, formatScore } from '../../../shared/document/format.ts';
import { ask } from '../../addresses.ts';
import type { ExecutionRow, RoundAnswer, RunAnswer } from '../../api.ts';
import { plural, score, tokens } from '../numbers.ts';
import { useAnswer, usePage, useRevision } from '../page-context.ts';
import { Card, Section } from '../parts/card.tsx';
import { FilterBox } from '../parts/filter-box.tsx';
import { LongText } from '../parts/long-text.tsx';
import { ScoredBy } from '../parts/score-mark.tsx';
import { SideBySide } from '../parts/side-by-side.tsx';
import { Empty, Show } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { WorkflowDrawing } from '../parts/workflow-drawing.tsx';
import { links } from '../route.ts';
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
  const { runId, round, isBest, previous, next, workflow, difference, candidates, experience, children } = answer;
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
          figure={parent?.score === undefined || round.score === undefined ? dash : signed(round.score - parent.score)}
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
          note={`${round.queries.executed === 1 ? 'query' : 'queries'}${round.wrongAnswers > 0 ? `; ${exact(round.wrongAnswers)} wrong answers` : ''}`}
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
      {(experience.length > 0 || candidates.length > 0) && (
        <Section
          id="experience"
          title="Experience"
          about="What the optimizer was shown: earlier edits of the same parent, and what came of them."
        >
          {experience.length === 0 ? (
            <p class="faint">None: nobody had edited this parent before.</p>
          ) : (
            <Table<RoundAnswer['experience'][number]>
              label="Earlier edits of the same parent"
              orderName="experience"
              order="round"
              rows={experience}
              keyOf={(each) => String(each.round)}
              columns={[
                {
                  ...{ id: 'round', title: 'round', sort: (each) => each.round },
                  cell: (each) => <a href={links.round(runId, each.round)}>round {each.round}</a>,
                },
                { id: 'score', title: 'score', isNumber: true, sort: (each) => each.score, cell: (each) => score(each.score) },
                {
                  ...{ id: 'gain', title: 'gain', isNumber: true, sort: (each) => each.score - each.parentScore },
                  cell: (each) => signed(each.score - each.parentScore),
                },
                { id: 'edit', title: 'edit', cell: (each) => <bdi>{each.modification}</bdi> },
              ]}
            />
          )}
          {candidates.length > 0 && (
            <details>
              <summary>Among which rounds the parent was drawn (Eq 4)</summary>
              <Table<RoundAnswer['candidates'][number]>
                label="Candidates for the parent"
                orderName="candidates"
                order="-probability"
                rows={candidates}
                keyOf={(each) => String(each.round)}
                columns={[
                  {
                    ...{ id: 'round', title: 'round', sort: (each) => each.round },
                    cell: (each) => <a href={links.round(runId, each.round)}>round {each.round}</a>,
                  },
                  { id: 'score', title: 'score', isNumber: true, sort: (each) => each.score, cell: (each) => score(each.score) },
                  {
                    ...{ id: 'probability', title: 'probability', isNumber: true, sort: (each) => each.probability },
                    cell: (each) => `${(100 * each.probability).toFixed(1)} %`,
                  },
                ]}
              />
            </details>
          )}
        </Section>
      )}
      <Proposals answer={answer} />
      <Section id="queries" title="Its queries, the worst first">
        <Queries runId={runId} round={number} />
      </Section>
    </>
  );
}

function HowScored({ answer: { evaluation, predictions, round } }: { readonly answer: RoundAnswer }) {
  if (evaluation === undefined && predictions.length === 0) return null;
  const facts: readonly (readonly [string, string])[] =
    evaluation === undefined
      ? []
      : [
          ['executions that it rests on', exact(evaluation.executions)],
          ...(evaluation.predicted === undefined ? [] : [['predicted (Eq 6)', score(evaluation.predicted)] as const]),
          ...(evaluation.fewShot === undefined ? [] : [['few-shot (Eq 7)', score(evaluation.fewShot)] as const]),
          ...(evaluation.alpha === undefined
            ? []
            : [['α, the weight of the executions (Eq 9)', evaluation.alpha.toFixed(4)] as const]),
          ...(evaluation.epsilon === undefined ? [] : [['ε', evaluation.epsilon.toFixed(4)] as const]),
          ...(evaluation.standardError === undefined ? [] : [['standard error', score(evaluation.standardError)] as const]),
          ...Object.entries(round.otherScores ?? {}).map(([scorer, value]) => [`by ${scorer}`, score(value)] as const),
        ];
  return (
    <Section id="evaluation" title="How it was scored">
      {evaluation !== undefined && (
        <p>
          <strong>{formatScore(evaluation.score)}</strong> by <ScoredBy method={evaluation.method} />
        </p>
      )}
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {predictions.map(({ turn, score: predicted, reason, failure }) => (
        <details key={turn} open={predictions.length === 1}>
          <summary>
            Prediction, attempt {turn}: {failure === undefined ? score(predicted) : 'not usable'}
          </summary>
          <LongText text={failure ?? reason} label={`Reason of prediction ${turn}`} />
        </details>
      ))}
    </Section>
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

function Queries({ runId, round }: RoundProps) {
  const { route, want } = usePage();
  const { text = '' } = route.wanted;
  const answer = useAnswer(ask.executionRows(runId, round), useRevision(runId));
  return (
    <Show answer={answer} what="its executions">
      {({ rows, total }) => {
        if (total === 0) {
          return (
            <Empty title="Nothing was executed">
              <p>Its score was predicted, or it has not been its turn yet.</p>
            </Empty>
          );
        }
        const shown = rows.filter((row) =>
          `${row.queryId} ${row.answer} ${row.failure?.kind ?? ''}`.toLowerCase().includes(text.toLowerCase()),
        );
        return (
          <>
            <div class="tools">
              <FilterBox label="Filter by query, answer or failure" value={text} change={(value) => want({ text: value })} />
              <span class="faint count" role="status">
                {shown.length === rows.length ? plural(total, 'execution') : `${shown.length} of ${plural(total, 'execution')}`}
                {rows.length < total && `; the ${exact(rows.length)} worst are listed`}
              </span>
            </div>
            <Table
              label={`Executions of round ${round}`}
              order="score"
              rows={shown}
              keyOf={(row) => `${row.queryIndex} ${row.repeat}`}
              columns={executionColumns(
                runId,
                round,
                rows.some(({ repeat }) => repeat > 0),
              )}
            />
          </>
        );
      }}
    </Show>
  );
}

function executionColumns(runId: string, round: number, hasRepeats: boolean): readonly Column<ExecutionRow>[] {
  return [
    {
      ...{ id: 'query', title: 'query', sort: ({ queryIndex }) => queryIndex },
      cell: (row) => (
        <>
          <a class="name" href={links.query(runId, round, row.queryId)}>
            <bdi>{row.queryId}</bdi>
            {hasRepeats && ` · ${row.repeat + 1}`}
          </a>
          <span class="narrow-only">
            <AnswerShown row={row} />
          </span>
        </>
      ),
    },
    {
      ...{ id: 'score', title: 'score', isNumber: true, sort: (row) => row.score },
      cell: (row) => score(row.score),
    },
    { id: 'tokens', title: 'tokens', isNumber: true, minor: 1, sort: (row) => row.tokens, cell: (row) => tokens(row.tokens) },
    {
      ...{ id: 'answer', title: 'answer, and why it has this score', minor: 1 },
      cell: (row) => <AnswerShown row={row} />,
    },
  ];
}

function AnswerShown({ row: { answer, failure, feedback } }: { readonly row: ExecutionRow }) {
  return (
    <span class="edit">
      {failure === undefined ? <bdi>{answer}</bdi> : <bdi class="bad">{`${failure.kind}: ${failure.message}`}</bdi>}
      {feedback !== undefined && feedback !== '' && (
        <span class="under">
          <bdi>{feedback}</bdi>
        </span>
      )}
    </span>
  );
}

const signed = (difference: number) => `${difference > 0 ? '+' : ''}${difference.toFixed(4)}`.replace('-', '−');

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
