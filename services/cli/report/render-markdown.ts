import type { FailureGroup, ReportModel } from '../../domain/report/report-model.ts';
import { isTold } from '../../domain/report/report-spent.ts';
import { exact, formatScore, formatShare, oneLine } from '../../shared/document/format.ts';
import { simulatedWarning } from '../../shared/document/simulated-warning.ts';
import { besideTokens, besideWords, describeSpent } from '../progress/describe-spent.ts';
import {
  correlationOrDash,
  describeBest,
  describeBroken,
  describeBudgetUse,
  describeMemory,
  describePick,
  describeSaving,
  describeStatus,
  describeSubject,
  describeTotal,
  exactTokens,
  parentOrDash,
  roundNotes,
  scoreOrDash,
} from './words.ts';
import { workflowYaml } from './workflow-yaml.ts';

/** For a repository or an issue: tables, and the tree and the best workflow as Mermaid. */
export function renderMarkdown(model: ReportModel): string {
  const { run, best, ledger } = model;
  const parts = [
    `# ${plain(run.name)}`,
    ...(model.simulated ? [`> **${simulatedWarning}**`] : []),
    `Run \`${run.runId}\`: ${plain(describeStatus(model))}. ${plain(describeSubject(model), 300)}.`,
    `**Best:** ${describeBest(model)}.`,
    ...labelled('Pick', describePick(model)),
    ...labelled('Memory', describeMemory(model)),
    `**Tokens:** ${describeTotal(model)}, ${describeSaving(model)}.`,
    ...labelled('Spent', describeSpent(ledger.spent)),
    ...labelled('Budget', describeBudgetUse(model)),
    ...labelled('Broken', describeBroken(model)),
    model.remarks.map((remark) => `- ${plain(remark, 400)}`).join('\n'),
    ...(best === undefined
      ? []
      : ['## The best workflow', fenced('mermaid', best.mermaid), fenced('yaml', workflowYaml(best.workflow).trimEnd())]),
    '## Rounds',
    table(
      [
        ...['round', 'parent', 'score', 'method', 'predicted', 'few-shot', 'executions'],
        ...run.otherScorers.map((scorer) => plain(scorer)),
        ...['tokens', 'edit', 'notes'],
      ],
      model.rounds.map((round) => [
        `${round.round}${best?.round === round.round ? ' ★' : ''}`,
        parentOrDash(round),
        scoreOrDash(round.score),
        round.method ?? '–',
        scoreOrDash(round.predicted),
        scoreOrDash(round.fewShot),
        exact(round.executions),
        ...run.otherScorers.map((scorer) => scoreOrDash(round.otherScores?.[scorer])),
        exact(round.tokens),
        plain(round.modification, 160),
        plain(roundNotes(round), 200),
      ]),
    ),
    '## Search tree',
    fenced('mermaid', treeOf(model)),
    '## Ledger',
    table(
      ['phase', 'calls', 'prompt tokens', 'completion tokens', 'tokens', 'share'],
      [...ledger.byPhase.map((entry) => ({ ...entry, name: entry.phase as string })), { ...ledger.total, name: 'total' }].map(
        ({ name, calls, usage, tokens, estimatedCalls }) => [
          name,
          exact(calls),
          exact(usage.promptTokens),
          exact(usage.completionTokens),
          exactTokens({ tokens, estimatedCalls }),
          formatShare(tokens / Math.max(1, ledger.total.tokens)),
        ],
      ),
    ),
    ...spentTable(model),
    ...(model.estimates.agreements.length === 0 ? [] : ['## Estimates against full evaluation', agreementTable(model)]),
    ...failureSection('## Refused proposals', model.refusals),
    ...failureSection('## Failed executions', model.executionFailures),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function spentTable({ ledger }: ReportModel): string[] {
  const { spent, total } = ledger;
  if (!isTold(spent)) return [];
  const beside = spent.beside.map((part) => [
    besideWords[part.kind],
    part.calls === undefined ? '' : exact(part.calls),
    besideTokens(part),
  ]);
  const rows = [['charged', exact(total.calls), exact(total.tokens)], ...beside, ['spent', '', exact(spent.tokens)]];
  return ['### Charged and spent', table(['', 'calls', 'tokens'], rows)];
}

function labelled(label: string, text: string): string[] {
  return text === '' ? [] : [`**${label}:** ${plain(text, 600)}.`];
}

function agreementTable({ estimates }: ReportModel): string {
  return table(
    ['estimate', 'rounds', 'MAE', 'Pearson', 'Spearman', 'DiffCos'],
    estimates.agreements.map(({ estimate, count, meanAbsoluteError, pearson, spearman, diffCos }) => [
      estimate,
      String(count),
      meanAbsoluteError?.toFixed(4) ?? '–',
      correlationOrDash(pearson, count),
      correlationOrDash(spearman, count),
      correlationOrDash(diffCos, count),
    ]),
  );
}

function failureSection(title: string, groups: readonly FailureGroup[]): string[] {
  if (groups.length === 0) return [];
  const rows = groups.map(({ kind, count, examples }) => [
    kind,
    String(count),
    examples.map(({ round, message }) => `round ${round}: ${plain(message, 200)}`).join('<br>'),
  ]);
  return [title, table(['kind', 'count', 'examples'], rows)];
}

function treeOf({ rounds, best }: ReportModel): string {
  const nodes = rounds.map(({ round, score, method }) => {
    const label = score === undefined ? `${round}: no score` : `${round}: ${formatScore(score)} ${method}`;
    return `  r${round}["${label}"]`;
  });
  const edges = rounds
    .filter(({ parentRound }) => parentRound > 0)
    .map(({ round, parentRound }) => `  r${parentRound} --> r${round}`);
  const mark = best === undefined ? [] : [`  style r${best.round} stroke-width:4px`];
  return ['flowchart LR', ...nodes, ...edges, ...mark].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A text of unknown origin on one line, none of whose signs mean anything to Markdown. */
function plain(text: string, limit = 100): string {
  return oneLine(text, limit).replace(/[\\`*_{}[\]<>|#!&]/g, (sign) =>
    sign === '<' ? '&lt;' : sign === '&' ? '&amp;' : `\\${sign}`,
  );
}

/** A code block whose fence is longer than any in the text. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
