import type { RoundReport } from '../../../domain/report/report-model.ts';
import { describeVerdict, soFar } from '../../../shared/document/describe-verdict.ts';
import { dash } from '../../../shared/document/figure.ts';
import { exact, formatCount, formatScore, formatShare } from '../../../shared/document/format.ts';
import { describeMoney, formatCost } from '../../../shared/document/format-money.ts';
import { phaseLabel } from '../../../shared/document/phase-label.ts';
import type { RunAnswer, StepNow } from '../../api/run-answer.ts';
import type { RunRow } from '../../api/run-row.ts';
import { Estimates } from '../charts/estimates.tsx';
import { ScoreAgainstTokens } from '../charts/score-against-tokens.tsx';
import { SearchTree } from '../charts/search-tree.tsx';
import { duration, intervalText, money, plural, saved, score, time, tokens } from '../numbers.ts';
import { Card, Section } from '../parts/card.tsx';
import { ScoredBy } from '../parts/score-mark.tsx';
import { Empty } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { links } from '../route.ts';
import { RunFrame } from './run-frame.tsx';

export function RunView({ runId }: { readonly runId: string }) {
  return (
    <RunFrame runId={runId} tab="overview">
      {(run) => <Overview run={run} />}
    </RunFrame>
  );
}

type Report = NonNullable<RunAnswer['report']>;

function Overview({ run }: { readonly run: RunAnswer }) {
  const { row, report, step, limits } = run;
  const { runId } = row;
  if (report === undefined) {
    return (
      <>
        {step && <Progress row={row} step={step} />}
        <Empty title="Nothing is known of this run yet">
          <p>Its log is empty: it has only just been started. What it does appears here by itself.</p>
        </Empty>
      </>
    );
  }
  const { best, rounds, estimates } = report;
  const verdict = verdictOf(report);
  const remarks = report.remarks.filter((remark) => remark !== verdict);
  return (
    <>
      <p class="verdict">{verdict}</p>
      {step && row.endedAtMs === undefined && <Progress row={row} step={step} />}
      {row.waiting && (
        <p class="notice">
          It waits {duration(row.waiting.waitedMs)} so far: {row.waiting.what}, until {row.waiting.until}.{' '}
          <a href={links.why(runId)}>Why is it not moving?</a>
        </p>
      )}
      <Figures row={row} report={report} />
      {limits.length > 0 && (
        <p class="faint">
          {limits.map(({ of, text }) => (
            <span key={of} class="limit">
              <bdi>
                {of}: {text}
              </bdi>
            </span>
          ))}
        </p>
      )}
      {remarks.length > 0 && (
        <ul class="remarks" aria-label="What to know before believing a figure">
          {remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
      {rounds.length > 0 && (
        <Section
          id="tree"
          title="Search tree"
          about="Each workflow is to the right of the one that it was made from; the thick line leads to the best. The strip on the left of a box is its score, from the lowest of the run to the highest; the mark below it is how it was scored."
        >
          <SearchTree runId={runId} rounds={rounds} best={best?.round} lineage={best?.lineage ?? []} />
        </Section>
      )}
      <Section id="tokens" title="Score against tokens">
        <ScoreAgainstTokens runId={runId} report={report} />
      </Section>
      <Section id="estimates" title="Predicted, few-shot and calibrated against full">
        <Estimates runId={runId} estimates={estimates} />
      </Section>
      <Section id="rounds" title="Rounds">
        <Rounds runId={runId} report={report} />
      </Section>
      <Section id="spent" title="What it spent">
        <Spent report={report} />
      </Section>
      <Failures runId={runId} report={report} />
    </>
  );
}

function verdictOf({ verdict, best, run }: Report): string {
  if (verdict !== undefined) return describeVerdict(verdict, run.status);
  if (run.failure !== undefined) return `It failed: ${run.failure}`;
  if (best !== undefined)
    return `${run.status === 'completed' ? 'R' : `${soFar(run.status)}r`}ound ${best.round} with ${formatScore(best.score)} (${best.method}).`;
  return ['completed', 'cancelled'].includes(run.status) ? 'No workflow has a score.' : 'No workflow has a score yet.';
}

function Progress({ row, step }: { readonly row: RunRow; readonly step: StepNow }) {
  const { roundsCompleted, maxRounds, leftMs } = row;
  const steps = [step, ...step.ahead].filter(({ phase }) => phase !== '');
  return (
    <section class="progress" aria-label="Progress">
      <p>
        <strong>
          {roundsCompleted} of {plural(maxRounds, 'round')}
        </strong>
        {leftMs !== undefined && <span class="faint">, about {duration(leftMs)} left</span>}
        <progress value={roundsCompleted} max={Math.max(1, maxRounds)} aria-label="Rounds done" />
      </p>
      {steps.map(({ round, phase, done, total }) => (
        <p key={round} class="step">
          <span>
            round {round}: {phaseLabel(phase)}
            {total > 0 && ` (${exact(done)} of ${exact(total)})`}
          </span>
          {total > 0 && <progress value={done} max={total} aria-label={`Round ${round}, ${phaseLabel(phase)}`} />}
        </p>
      ))}
      {step.trouble !== '' && (
        <p class="notice">
          <bdi>{step.trouble}</bdi>
        </p>
      )}
    </section>
  );
}

function Figures({ row, report }: { readonly row: RunRow; readonly report: Report }) {
  const { best, ledger, run } = report;
  const { spent, total, saving } = ledger;
  const isOver = row.endedAtMs !== undefined;
  const paid = spent?.money ?? total.money;
  const savedMoney = row.saved?.money;
  return (
    <dl class="cards">
      <Card
        title="Best score"
        figure={score(best?.score)}
        note={
          best && (
            <>
              <a href={links.round(row.runId, best.round)}>round {best.round}</a>,{' '}
              {best.interval ? intervalText(best.interval) : best.method}
              {best.initialScore !== undefined && best.round !== 1 && `; the start: ${formatScore(best.initialScore)}`}
            </>
          )
        }
      />
      <Card
        title="Tokens spent"
        figure={tokens(isOver ? (spent?.tokens ?? total.tokens) : Math.max(total.tokens, row.spentTokens ?? row.tokens))}
        note={`in ${plural(total.calls, 'call')}${spent && spent.tokens !== total.tokens ? `; charged: ${formatCount(total.tokens)}` : ''}`}
      />
      {paid !== undefined && (
        <Card
          title="Cost"
          figure={formatCost(paid.amount, paid.currency)}
          note={paid.unpriced?.length ? describeMoney(paid) : ''}
        />
      )}
      <Card
        title="Saved against full evaluation"
        figure={saving.fullEvaluation === 0 ? dash : saved(saving.share)}
        note={
          saving.fullEvaluation === 0
            ? 'nothing to compare with yet'
            : `~${formatCount(Math.abs(saving.saved))} tokens${savedMoney ? `, ~${money(savedMoney)}` : ''}`
        }
      />
      <Card
        title={row.endedAtMs === undefined ? 'Time left' : 'Took'}
        figure={
          row.endedAtMs === undefined
            ? row.leftMs === undefined
              ? dash
              : `~${duration(row.leftMs)}`
            : duration(row.endedAtMs - row.createdAtMs)
        }
        note={`started ${time(row.createdAtMs)}${row.startedBy === undefined ? '' : ` by ${row.startedBy}`}`}
      />
      <Card title="Rounds" figure={`${row.roundsCompleted} of ${row.maxRounds}`} note={run.stopReason ?? ''} />
    </dl>
  );
}

function Rounds({ runId, report }: { readonly runId: string; readonly report: Report }) {
  const best = report.best?.round;
  const columns: readonly Column<RoundReport>[] = [
    {
      ...{ id: 'round', title: 'round', sort: ({ round }) => round },
      cell: ({ round, modification }) => (
        <>
          <a class="name kept" href={links.round(runId, round)}>
            round {round}
            {round === best && ' ★'}
          </a>
          <span class="under one-line narrow-only">
            <bdi>{modification || 'the initial workflow'}</bdi>
          </span>
        </>
      ),
    },
    {
      id: 'from',
      title: 'from',
      isNumber: true,
      minor: 2,
      sort: (round) => round.parentRound,
      cell: (round) => (round.mergedRound ? `${round.parentRound} + ${round.mergedRound}` : round.parentRound || dash),
    },
    { id: 'score', title: 'score', isNumber: true, sort: (round) => round.score, cell: (round) => score(round.score) },
    {
      ...{ id: 'by', title: 'scored by', minor: 1, sort: ({ method }) => method },
      cell: ({ method, failure, completed }) =>
        method === undefined ? (
          <span class="faint">{failure === undefined ? (completed ? dash : 'in progress') : 'no workflow'}</span>
        ) : (
          <ScoredBy method={method} short />
        ),
    },
    {
      ...{ id: 'queries', title: 'executed', isNumber: true, minor: 2, sort: ({ queries }) => queries.executed },
      cell: ({ queries }) => exact(queries.executed),
    },
    {
      ...{ id: 'answer', title: 'tokens an answer', isNumber: true, minor: 2, sort: ({ answer }) => answer?.tokens },
      cell: ({ answer, isOnFront }) => (
        <>
          {tokens(answer?.tokens)}
          {isOnFront && <span class="under">on the front</span>}
        </>
      ),
    },
    {
      id: 'tokens',
      title: 'tokens',
      isNumber: true,
      minor: 1,
      sort: (round) => round.tokens,
      cell: (round) => tokens(round.tokens),
    },
    {
      ...{ id: 'edit', title: 'edit', minor: 1 },
      cell: ({ modification, failure }) => (
        <span class="edit">
          <bdi>{failure ?? (modification || 'the initial workflow')}</bdi>
        </span>
      ),
    },
  ];
  return <Table label="Rounds" rows={report.rounds} columns={columns} keyOf={({ round }) => String(round)} order="round" />;
}

function Spent({ report: { ledger } }: { readonly report: Report }) {
  const hasMoney = ledger.total.money !== undefined;
  const rows = [
    ...ledger.byPhase.map((each) => ({ name: each.phase as string, kind: 'phase', each })),
    ...ledger.byModel.map((each) => ({ name: each.model, kind: 'model', each })),
  ];
  return (
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">on</th>
            <th scope="col" class="number">
              calls
            </th>
            <th scope="col" class="number">
              tokens
            </th>
            <th scope="col" class="number">
              share
            </th>
            {hasMoney && (
              <th scope="col" class="number">
                cost
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, kind, each }) => (
            <tr key={`${kind} ${name}`}>
              <th scope="row">
                {kind === 'phase' ? (
                  <span class="scored-by">
                    <svg class="sign" width="12" height="12" aria-hidden="true">
                      <rect class={`p-${name}`} width="12" height="12" rx="2" />
                    </svg>
                    {phaseLabel(name)}
                  </span>
                ) : (
                  <bdi>{name}</bdi>
                )}
              </th>
              <td class="number">{exact(each.calls)}</td>
              <td class="number">{exact(each.tokens)}</td>
              <td class="number">{formatShare(each.tokens / Math.max(1, ledger.total.tokens))}</td>
              {hasMoney && <td class="number">{money(each.money)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Failures({ runId, report }: { readonly runId: string; readonly report: Report }) {
  const groups = [
    ...report.refusals.map((group) => ({ of: 'proposal', group })),
    ...report.executionFailures.map((group) => ({ of: 'execution', group })),
  ];
  if (groups.length === 0) return null;
  return (
    <Section id="failures" title="What failed">
      <ul class="failures">
        {groups.map(({ of, group }) => (
          <li key={`${of} ${group.kind}`}>
            <strong>
              {plural(group.count, of)}: {group.kind}
            </strong>
            {group.examples.map(({ round, message }) => (
              <p key={`${round} ${message}`}>
                <a href={links.round(runId, round)}>round {round}</a>: <bdi>{message.slice(0, 600)}</bdi>
              </p>
            ))}
          </li>
        ))}
      </ul>
    </Section>
  );
}
