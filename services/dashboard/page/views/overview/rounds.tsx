import type { RoundReport } from '../../../../domain/report/report-model.ts';
import { dash } from '../../../../shared/document/figure.ts';
import { exact } from '../../../../shared/document/format.ts';
import type { RunReport } from '../../../api/run-answer.ts';
import { score, tokens } from '../../numbers.ts';
import { ScoredBy } from '../../parts/score-mark.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { links } from '../../route.ts';

export function Rounds({ runId, report }: { readonly runId: string; readonly report: RunReport }) {
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
