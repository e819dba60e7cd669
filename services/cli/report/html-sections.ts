import type { FailureGroup, ReportModel } from '../../domain/report/report-model.ts';
import { isTold } from '../../domain/report/report-spent.ts';
import { exact, formatScore, formatShare } from '../../shared/document/format.ts';
import { type Markup, type MarkupPart, markup } from '../../shared/document/markup.ts';
import { besideTokens, besideWords } from '../progress/describe-spent.ts';
import { estimateOf, estimatesAgainstFull, estimatesByRound } from './plots/estimate-plots.ts';
import { legend } from './plots/marks.ts';
import { matrixPlot } from './plots/matrix-plot.ts';
import { searchTree } from './plots/search-tree.ts';
import { spendingBars } from './plots/spending-bars.ts';
import { tokenPlot } from './plots/token-plot.ts';
import { workflowDrawing } from './plots/workflow-drawing.ts';
import {
  correlationOrDash,
  describeBroken,
  describeMemory,
  describeModel,
  describePick,
  describeSaving,
  describeTotal,
  exactTokens,
  parentOrDash,
  roundNotes,
  scoreOrDash,
} from './words.ts';
import { workflowYaml } from './workflow-yaml.ts';

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly content: Markup;
}

/** Each part of the report that has something to show, in reading order. */
export function sectionsOf(model: ReportModel): readonly Section[] {
  const sections: readonly (Section | false)[] = [
    model.spending.length > 0 && { id: 'tokens', title: 'Score against tokens', content: tokenSection(model) },
    { id: 'tree', title: 'Search tree', content: treeSection(model) },
    model.best !== undefined && { id: 'best', title: 'The best workflow', content: bestSection(model) },
    model.pick !== undefined && { id: 'pick', title: 'How sure the pick is', content: pickSection(model) },
    model.memory !== undefined && { id: 'memory', title: 'Memory', content: memorySection(model) },
    model.estimates.rounds.length > 0 && {
      id: 'estimates',
      title: 'Estimates and full evaluation',
      content: estimateSection(model),
    },
    model.matrix.rows.length > 0 && { id: 'queries', title: 'Queries by workflows', content: matrixSection(model) },
    { id: 'ledger', title: 'Ledger', content: ledgerSection(model) },
    failureSection(
      'refusals',
      'Refused proposals',
      'Edits that the optimizer proposed and that were refused before any query was executed with them.',
      model.refusals,
    ),
    failureSection(
      'failures',
      'Failed executions',
      'Executions that ended without an answer; each scores 0 and is shown to the optimizer.',
      model.executionFailures,
    ),
    { id: 'rounds', title: 'All rounds', content: roundsTable(model) },
    { id: 'settings', title: 'Settings', content: markup`<pre>${JSON.stringify(model.configuration, null, 2)}</pre>` },
  ];
  return sections.filter((section) => section !== false);
}

const methodTexts = {
  full: 'full evaluation',
  scale: 'calibrated prediction',
  'few-shot': 'few-shot',
  predicted: 'predicted',
  partial: 'cut short by the token budget',
} as const;

function tokenSection(model: ReportModel): Markup {
  const used = Object.entries(methodTexts).filter(([method]) => model.rounds.some((round) => round.method === method));
  return markup`<p>Each mark is a workflow, placed where its score was known. The dashed line is the best score so far; the ribbon tells what the tokens were spent on.</p>
<figure><div class="wide">${tokenPlot(model)}</div>${legend([
    ...used.map(([name, text]) => ({ name, text, shape: 'mark' as const })),
    ...model.ledger.byPhase.map(({ phase }) => ({ name: phase, text: `tokens: ${phase}`, shape: 'swatch' as const })),
  ])}</figure>`;
}

function treeSection(model: ReportModel): Markup {
  return markup`<p>From the initial workflow on the left, each workflow stands to the right of the one that it was made from. The strip on the left of a box goes from the lowest score of the run to the highest${model.best === undefined ? '' : '; the thick line leads to the best workflow'}. Point at a box for the edit.</p>
<figure><div class="wide">${searchTree(model)}</div></figure>`;
}

function bestSection({ best }: ReportModel): Markup {
  if (best === undefined) return markup``;
  return markup`<p>Round ${best.round}, ${formatScore(best.score)} (${best.method}). Its line: round ${best.lineage.join(' → ')}.</p>
<div class="beside"><figure>${workflowDrawing(best.workflow)}</figure>
<div><pre>${workflowYaml(best.workflow)}</pre>
<details><summary>As Mermaid</summary><pre>${best.mermaid}</pre></details></div></div>`;
}

function pickSection(model: ReportModel): Markup {
  const { pick } = model;
  if (pick === undefined) return markup``;
  const rows = pick.comparisons.map(({ round, queries, difference, pValue }) => [
    round,
    queries,
    difference === undefined ? '–' : `${difference >= 0 ? '+' : '−'}${formatScore(Math.abs(difference))}`,
    pValue?.toFixed(3) ?? '–',
    pick.tied.includes(round) ? 'not told apart' : '',
  ]);
  return markup`<p>Round ${pick.round}, ${describePick(model)}. The pick itself took ${exact(pick.executions)} executions.</p>
<details><summary>The winner against each other workflow</summary>${table(['#round', '#queries of both', '#difference', '#p', ''], rows)}</details>`;
}

function memorySection(model: ReportModel): Markup {
  const rows = (model.memory?.runs ?? []).map(({ runId, workflows, executions, models, methods }) => [
    ...[runId, workflows, exact(executions)],
    ...[models.join(', '), methods.join(', ')],
  ]);
  return markup`<p>What the search began with: ${describeMemory(model)}.</p>${rows.length > 0 && table(['run', '#workflows', '#executions', 'model', 'evaluated by'], rows)}`;
}

function estimateSection(model: ReportModel): Markup {
  const { agreements, rounds } = model.estimates;
  const shown = [
    { name: 'full', text: 'full' },
    { name: 'predicted', text: 'predicted (Eq 6)' },
    { name: 'few-shot', text: 'few-shot (Eq 7)' },
    { name: 'calibrated', text: 'calibrated (Eq 8)' },
  ].filter(({ name }) => rounds.some((round) => estimateOf(round, name as 'full') !== undefined));
  const comparison =
    agreements.length === 0
      ? markup`<p>No round has both an estimate and a full evaluation, so how good the estimates are is not known.</p>`
      : table(
          ['estimate', '#rounds', '#MAE', '#Pearson', '#Spearman', '#DiffCos'],
          agreements.map(({ estimate, count, meanAbsoluteError, pearson, spearman, diffCos }) => [
            estimate,
            count,
            meanAbsoluteError?.toFixed(4) ?? '–',
            correlationOrDash(pearson, count),
            correlationOrDash(spearman, count),
            correlationOrDash(diffCos, count),
          ]),
        );
  return markup`<figure><div class="pair">${estimatesByRound(model)}${agreements.length > 0 && estimatesAgainstFull(model)}</div>${legend(shown.map((entry) => ({ ...entry, shape: 'mark' as const })))}</figure>
<h3>Agreement with full evaluation</h3>${comparison}
<details><summary>The figures</summary>${table(
    ['#round', '#full', '#predicted', '#few-shot', '#calibrated', ''],
    rounds.map((round) => [
      round.round,
      ...(['full', 'predicted', 'few-shot', 'calibrated'] as const).map((kind) => scoreOrDash(estimateOf(round, kind))),
      round.inHindsight ? 'few-shot and calibrated in hindsight' : '',
    ]),
  )}</details>`;
}

const hardestShown = 12;

function matrixSection({ matrix }: ReportModel): Markup {
  const unsolved = matrix.queries.filter(({ meanScore }) => meanScore === 0);
  const states = { right: 'right', partial: 'partly right', wrong: 'wrong', failed: 'failed', none: 'not executed' };
  const present = Object.entries(states).filter(
    ([name]) => name !== 'partial' || matrix.rows.some(({ cells }) => cells.some(isPartial)),
  );
  return markup`<figure><div class="wide">${matrixPlot({ matrix } as ReportModel)}</div>
<ul class="legend">${present.map(([name, text]) => markup`<li><svg width="14" height="14" aria-hidden="true"><rect class="c-${name}" width="14" height="14" rx="2"/></svg>${text}</li>`)}</ul></figure>
<p>${unsolved.length === 0 ? 'Every executed query was solved by some workflow.' : `${unsolved.length} of ${matrix.queries.length} queries were solved by no workflow that executed them.`}</p>
<details><summary>The hardest queries</summary>${table(
    ['query', '#mean score', '#executed by', 'question'],
    matrix.queries
      .slice(0, hardestShown)
      .map(({ id, meanScore, executedBy, question }) => [id, scoreOrDash(meanScore), executedBy, question]),
  )}</details>`;
}

function isPartial(cell: unknown): boolean {
  return typeof cell === 'number' && cell > 0 && cell < 1;
}

function ledgerSection(model: ReportModel): Markup {
  const { ledger } = model;
  const line = (name: string, { calls, usage, tokens, estimatedCalls }: typeof ledger.total) => [
    name,
    exact(calls),
    exact(usage.promptTokens),
    exact(usage.cachedTokens),
    exact(usage.completionTokens),
    exactTokens({ tokens, estimatedCalls }),
    formatShare(tokens / Math.max(1, ledger.total.tokens)),
  ];
  const head = ['#calls', '#prompt', '#of it cached', '#completion', '#tokens', '#share'];
  return markup`<p>Tokens: ${describeTotal(model)}; ${describeSaving(model)}. That figure is an estimate: what each workflow would have cost on all queries is taken from the queries that it was executed on. Of all this, ${describeBroken(model)}.</p>
<figure><div class="wide">${spendingBars(model)}</div>${legend(ledger.byPhase.map(({ phase }) => ({ name: phase, text: phase, shape: 'swatch' as const })))}</figure>
<h3>By phase</h3><div class="totalled">${table(['phase', ...head], [...ledger.byPhase.map((entry) => line(entry.phase, entry)), line('total', ledger.total)])}</div>
<h3>By model</h3>${table(
    ['model', ...head],
    ledger.byModel.map((entry) => line(describeModel(entry), entry)),
  )}${spentTable(model)}`;
}

function spentTable({ ledger }: ReportModel): Markup | false {
  const { spent, total } = ledger;
  if (!isTold(spent)) return false;
  const beside = spent.beside.map((part) => [besideWords[part.kind], part.calls ?? '', besideTokens(part)]);
  return markup`<h3>Charged and spent</h3>${table(
    ['', '#calls', '#tokens'],
    [['charged', exact(total.calls), exact(total.tokens)], ...beside, ['spent', '', exact(spent.tokens)]],
  )}`;
}

function failureSection(id: string, title: string, explanation: string, groups: readonly FailureGroup[]): Section | false {
  if (groups.length === 0) return false;
  const rows = groups.map(({ kind, count, examples }): MarkupPart[] => [
    kind,
    count,
    examples.map(({ round, message }) => markup`<div>round ${round}: ${message}</div>`),
  ]);
  return { id, title, content: markup`<p>${explanation}</p>${table(['kind', '#count', 'examples'], rows)}` };
}

function roundsTable(model: ReportModel): Markup {
  const { otherScorers } = model.run;
  const beside =
    otherScorers.length === 0
      ? undefined
      : markup`<p>The search goes by ${model.run.scorer}. What ${otherScorers.join(' and ')} would have given the executed queries stands beside it.</p>`;
  return markup`${beside}<div class="wide">${table(
    [
      ...['#round', '#parent', '#score', 'method', '#± 1 s.e.', '#executions'],
      ...otherScorers.map((scorer) => `#${scorer}`),
      ...['#tokens', 'edit', 'notes'],
    ],
    model.rounds.map((round) => [
      `${round.round}${model.best?.round === round.round ? ' ★' : ''}`,
      parentOrDash(round),
      scoreOrDash(round.score),
      round.method ?? '–',
      scoreOrDash(round.standardError),
      exact(round.executions),
      ...otherScorers.map((scorer) => scoreOrDash(round.otherScores?.[scorer])),
      exact(round.tokens),
      round.modification,
      roundNotes(round),
    ]),
  )}</div>`;
}

/** A column whose name begins with # holds numbers. */
function table(head: readonly string[], rows: readonly (readonly MarkupPart[])[]): Markup {
  const kind = (column: number) => (head[column]?.startsWith('#') ? 'number' : 'text');
  return markup`<table><thead><tr>${head.map((name, column) => markup`<th scope="col" class="${kind(column)}">${name.replace(/^#/, '')}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => markup`<tr>${cells.map((cell, column) => markup`<td class="${kind(column)}">${cell}</td>`)}</tr>`)}</tbody></table>`;
}
