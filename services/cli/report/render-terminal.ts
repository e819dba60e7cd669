import type { FailureGroup, ReportModel } from '../../domain/report/report-model.ts';
import { formatCount, formatShare, oneLine } from '../../shared/document/format.ts';
import { simulatedWarning } from '../../shared/document/simulated-warning.ts';
import { describeSpent } from '../progress/describe-spent.ts';
import {
  correlationOrDash,
  describeBest,
  describeBroken,
  describeBudgetUse,
  describeMemory,
  describeOtherScores,
  describePick,
  describeSaving,
  describeStatus,
  describeSubject,
  describeTotal,
} from './words.ts';

/** A screenful: what was found, what it cost, and what to be careful about. The files hold the rest. */
export function renderTerminal(model: ReportModel): string {
  const { run, ledger, estimates } = model;
  const otherScores = describeOtherScores(model);
  return [
    ...(model.simulated ? [`*** ${simulatedWarning} ***`, ''] : []),
    `${oneLine(run.name)} (${run.runId}): ${describeStatus(model)}`,
    oneLine(describeSubject(model), 200),
    '',
    `Best    ${describeBest(model)}`,
    ...(otherScores === '' ? [] : [`        ${otherScores}`]),
    ...labelled('', oneLine(describePick(model), 240)),
    ...labelled('Memory', oneLine(describeMemory(model), 300)),
    `Tokens  ${describeTotal(model)}: ${describeSaving(model)}`,
    ...ledger.byPhase.map(({ phase, tokens, estimatedCalls = 0 }) => {
      const share = formatShare(tokens / Math.max(1, ledger.total.tokens));
      return `        ${phase.padEnd(9)}${`${estimatedCalls === 0 ? '' : '~'}${formatCount(tokens)}`.padStart(8)}  ${share.padStart(5)}`;
    }),
    ...labelled('Spent', describeSpent(ledger.spent)),
    ...labelled('Budget', describeBudgetUse(model)),
    ...labelled('Broken', describeBroken(model)),
    ...estimates.agreements.map(
      ({ estimate, count, meanAbsoluteError, pearson }, index) =>
        `${index === 0 ? 'Against full' : '            '}  ${estimate.padEnd(11)} MAE ${meanAbsoluteError?.toFixed(3) ?? '–'}, Pearson ${correlationOrDash(pearson, count)} on ${count} round${count === 1 ? '' : 's'}`,
    ),
    ...failureLine('Refused proposals', model.refusals),
    ...failureLine('Failed executions', model.executionFailures),
    ...model.remarks.map((remark) => `Note: ${oneLine(remark, 240)}`),
  ].join('\n');
}

function labelled(label: string, text: string): string[] {
  return text === '' ? [] : [`${label.padEnd(8)}${text}`];
}

function failureLine(label: string, groups: readonly FailureGroup[]): string[] {
  if (groups.length === 0) return [];
  return [`${label}: ${groups.map(({ kind, count }) => `${count} × ${kind}`).join(', ')}`];
}
