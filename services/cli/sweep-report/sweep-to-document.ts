import type { SweepReport } from '../../domain/sweep-report/sweep-report-model.ts';
import type { Document, Fact, Section } from '../../shared/document/document.ts';
import { exact, formatCount, formatDuration } from '../../shared/document/format.ts';
import { shortMoney } from '../../shared/document/format-money.ts';
import { describeCallsAtOnce } from '../progress/describe-spent.ts';
import { scoreAgainstTokens, scoreByAxis, tokensByAxis } from './sweep-plots.ts';
import { cellTable, comparisonTable, failureTable, groupTable, lostTable, repeatedTable } from './sweep-tables.ts';
import { describeAxes, describeCost, describeSweep, describeTokens, findingsOf, isEnded, titleOf } from './sweep-words.ts';

/** A terminal shows every cell of a sweep that has no more than these. */
const cellsOnTerminal = 24;

/** The report of a sweep as every form shows it. */
export function sweepToDocument(report: SweepReport): Document {
  const { simulated, remarks } = report;
  return {
    name: 'sweep',
    title: titleOf(report),
    simulated,
    header: [
      { kind: 'text', text: describeSweep(report) },
      { kind: 'text', text: describeAxes(report) },
      { kind: 'facts', facts: factsOf(report) },
      { kind: 'list', items: findingsOf(report) },
      { kind: 'list', label: 'Note', items: remarks },
    ],
    sections: sectionsOf(report),
  };
}

function factsOf(report: SweepReport): Fact[] {
  const { cells, total } = report;
  const ended = cells.filter(({ status }) => isEnded(status)).length;
  const completed = cells.filter(({ status }) => status === 'completed').length;
  return [
    {
      label: 'Cells',
      text: `${exact(completed)} of ${exact(cells.length)} completed; ${exact(ended)} have ended`,
      figure: exact(completed),
    },
    { label: 'Tokens', text: describeTokens(report), figure: formatCount(total.tokens) },
    ...moneyFact(report),
    { label: 'Time', text: `${formatDuration(total.wallMs)}, of all runs added up`, figure: formatDuration(total.wallMs) },
    ...atOnceFact(report),
  ];
}

function atOnceFact({ total }: SweepReport): Fact[] {
  const text = describeCallsAtOnce(total.callsAtOnce);
  return text === '' ? [] : [{ label: 'In flight', text }];
}

function moneyFact({ total }: SweepReport): Fact[] {
  const { money } = total;
  return money === undefined ? [] : [{ label: 'Cost', text: describeCost(total, money), figure: shortMoney(money) }];
}

function sectionsOf(report: SweepReport): Section[] {
  const { sweep, comparisons, cells, repeated, failures } = report;
  const lost = cells.filter(({ status }) => status === 'failed' || status === 'cancelled' || status === 'skipped');
  const axes = sweep.axes.filter(({ name }) => comparisons.some(({ axis }) => axis === name));
  const sections: (Section | undefined)[] = [
    { id: 'scores', title: 'Scores', blocks: [groupTable(report)] },
    {
      id: 'plots',
      title: 'Plots',
      filesOnly: true,
      blocks: [scoreAgainstTokens(report), ...scoreByAxis(report), ...tokensByAxis(report)],
    },
    axes.length === 0
      ? undefined
      : {
          id: 'differences',
          title: 'Differences',
          blocks: axes.map(({ name }) =>
            comparisonTable(
              name,
              comparisons.filter(({ axis }) => axis === name),
            ),
          ),
        },
    {
      id: 'cells',
      title: 'Cells',
      ...(cells.length > cellsOnTerminal && { filesOnly: true as const }),
      blocks: [cellTable(report)],
    },
    lost.length === 0 ? undefined : { id: 'lost', title: 'Without a result', blocks: [lostTable(lost)] },
    repeated.length === 0 ? undefined : { id: 'repeated', title: 'Done again, and why', blocks: [repeatedTable(report)] },
    failures.length === 0 ? undefined : { id: 'failures', title: 'Failed executions', blocks: [failureTable(report)] },
  ];
  return sections.filter((section) => section !== undefined);
}
