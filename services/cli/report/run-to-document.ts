import type { ReportModel } from '../../domain/report/report-model.ts';
import { describeVerdict } from '../../shared/document/describe-verdict.ts';
import type { Document, Fact } from '../../shared/document/document.ts';
import { exact, formatCount, formatScore, formatShare } from '../../shared/document/format.ts';
import { shortMoney } from '../../shared/document/format-money.ts';
import { describeRepetitions } from '../progress/describe-repetitions.ts';
import { describeCallsAtOnce, describeSpent } from '../progress/describe-spent.ts';
import { runSections } from './sections/registry.ts';
import type { RunSection } from './sections/run-section.ts';
import {
  describeBest,
  describeBroken,
  describeBudgetUse,
  describeCost,
  describeEvaluated,
  describeMemory,
  describeOtherScores,
  describePick,
  describeSaving,
  describeStatus,
  describeSubject,
  describeTotal,
} from './words.ts';

/** The report of a run as every form shows it. */
export function runToDocument(report: ReportModel, sections: readonly RunSection[] = runSections): Document {
  const { run, simulated, remarks, verdict } = report;
  return {
    name: 'report',
    title: run.name,
    simulated,
    header: [
      ...(verdict === undefined ? [] : [{ kind: 'text', text: describeVerdict(verdict, run.status) } as const]),
      { kind: 'text', text: `Run ${run.runId}: ${describeStatus(report)}` },
      { kind: 'text', text: describeSubject(report) },
      { kind: 'facts', facts: factsOf(report) },
      { kind: 'list', label: 'Note', items: remarks },
    ],
    sections: sections.flatMap((section) => section(report) ?? []),
  };
}

function factsOf(report: ReportModel): Fact[] {
  const { best, ledger, rounds } = report;
  const { saving, total, spent } = ledger;
  const facts: Fact[] = [
    { label: 'Best', text: describeBest(report), ...(best && { figure: formatScore(best.score) }) },
    { label: 'Other scores', text: describeOtherScores(report) },
    { label: 'Pick', text: describePick(report) },
    { label: 'Memory', text: describeMemory(report) },
    {
      label: 'Evaluated',
      text: describeEvaluated(report),
      figure: exact(rounds.filter(({ score }) => score !== undefined).length),
    },
    { label: 'Tokens', text: describeTotal(report), figure: formatCount(total.tokens) },
    { label: 'Cost', text: describeCost(report), ...(total.money && { figure: shortMoney(spent?.money ?? total.money) }) },
    {
      label: saving.saved >= 0 ? 'Saved' : 'Overspent',
      text: describeSaving(report),
      ...(saving.fullEvaluation > 0 && { figure: `≈ ${formatShare(Math.abs(saving.share))}` }),
    },
    { label: 'Spent', text: describeSpent(spent) },
    { label: 'In flight', text: describeCallsAtOnce(spent?.callsAtOnce) },
    { label: 'Budget', text: describeBudgetUse(report) },
    { label: 'Broken', text: describeBroken(report) },
    { label: 'Repeated', text: describeRepetitions(report.repetitions) },
  ];
  return facts.filter(({ text }) => text !== '');
}
