import type { ReportModel, RoundReport } from '../../../domain/report/report-model.ts';
import { describeLatency } from '../../../shared/document/describe-latency.ts';
import type { Cell, Column } from '../../../shared/document/document.ts';
import { dash, type Unit } from '../../../shared/document/figure.ts';
import { shortMoney } from '../../../shared/document/format-money.ts';
import { roundNotes } from '../words.ts';
import type { RunSection } from './run-section.ts';

export const rounds: RunSection = (report) => {
  const columns = columnsOf(report);
  const { scorer, otherScorers } = report.run;
  const beside = `The search uses the scores of ${scorer}. Next to them are those that ${otherScorers.join(' and ')} would have given on the executed queries.`;
  return {
    id: 'rounds',
    title: 'All rounds',
    filesOnly: true,
    blocks: [
      ...(otherScorers.length === 0 ? [] : [{ kind: 'text', text: beside } as const]),
      {
        kind: 'table',
        of: 'round',
        columns: columns.map(({ column }) => column),
        rows: report.rounds.map((round) => ({
          name: `${round.round}${report.best?.round === round.round ? ' ★' : ''}`,
          cells: columns.map(({ cell }) => cell(round)),
        })),
      },
    ],
  };
};

interface RoundColumn {
  readonly column: Column;
  readonly cell: (round: RoundReport) => Cell;
}

/** An estimate has a column if some round has one besides its score. */
function columnsOf({ rounds: all, run, ledger }: ReportModel): RoundColumn[] {
  const known = (name: string, value: (round: RoundReport) => number | undefined): RoundColumn[] =>
    all.some((round) => value(round) !== undefined && value(round) !== round.score) ? [figures(name, 'score', value)] : [];
  return [
    figures('parent', 'count', ({ parentRound }) => (parentRound === 0 ? undefined : parentRound)),
    ...(all.some(({ mergedRound }) => mergedRound !== undefined)
      ? [figures('merged with', 'count', ({ mergedRound }) => mergedRound)]
      : []),
    figures('score', 'score', ({ score }) => score),
    texts('method', ({ method }) => method ?? dash),
    ...known('± 1 s.e.', ({ standardError }) => standardError),
    ...known('predicted', ({ predicted }) => predicted),
    ...known('few-shot', ({ fewShot }) => fewShot),
    figures('executions', 'count', ({ executions }) => executions),
    ...run.otherScorers.map((scorer) => figures(scorer, 'score', ({ otherScores }) => otherScores?.[scorer])),
    figures('tokens an answer', 'count', ({ answer }) => answer && Math.round(answer.tokens)),
    ...(all.some(({ answer }) => answer?.money !== undefined)
      ? [texts('cost of an answer', ({ answer }) => (answer?.money ? shortMoney(answer.money) : dash))]
      : []),
    ...(all.some(({ latencyMs }) => latencyMs !== undefined)
      ? [texts('time of an answer', ({ latencyMs }) => (latencyMs ? describeLatency(latencyMs) : dash))]
      : []),
    ...(all.some(({ isOnFront }) => isOnFront) ? [texts('front', ({ isOnFront }) => (isOnFront ? 'yes' : ''))] : []),
    figures('tokens', 'count', ({ tokens }) => tokens),
    ...(ledger.total.money === undefined
      ? []
      : [figures(`cost (${ledger.total.money.currency})`, 'money', ({ money }) => money?.amount)]),
    texts('edit', ({ modification }) => modification),
    texts('notes', roundNotes),
  ];
}

function figures(name: string, unit: Unit, value: (round: RoundReport) => number | undefined): RoundColumn {
  return {
    column: { name },
    cell: (round) => {
      const known = value(round);
      return known === undefined ? undefined : { unit, value: known };
    },
  };
}

function texts(name: string, cell: (round: RoundReport) => string): RoundColumn {
  return { column: { name, text: true }, cell };
}
