import type { ReportModel } from '../../domain/report/report-model.ts';
import { exact, formatCount, formatScore, formatShare } from '../../shared/document/format.ts';
import { htmlPage } from '../../shared/document/html-page.ts';
import { type Markup, type MarkupPart, markup } from '../../shared/document/markup.ts';
import { sectionsOf } from './html-sections.ts';
import { describeStatus, describeSubject } from './words.ts';

export function renderHtml(model: ReportModel): string {
  const sections = sectionsOf(model);
  return htmlPage({
    title: model.run.name,
    simulated: model.simulated,
    header: markup`
<h1>${model.run.name}</h1>
<p class="faint">Run ${model.run.runId}: ${describeStatus(model)}${startedAt(model)}.<br>${describeSubject(model)}.</p>
${cards(model)}
${model.remarks.length > 0 && markup`<ul class="remarks">${model.remarks.map((remark) => markup`<li>${remark}</li>`)}</ul>`}
<nav aria-label="Contents">${sections.map(({ id, title }) => markup`<a href="#${id}">${title}</a>`)}</nav>
`,
    main: markup`
${sections.map(({ id, title, content }) => markup`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>${content}</section>`)}
`,
    footer: 'Written by SCALE. The same figures are in report.json, in words in report.md.',
  });
}

function startedAt({ run }: ReportModel): string {
  return run.startedAtMs === undefined
    ? ''
    : `, begun ${new Date(run.startedAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function cards(model: ReportModel): Markup {
  const { best, ledger, rounds } = model;
  const evaluated = rounds.filter(({ score }) => score !== undefined);
  const full = evaluated.filter(({ method }) => method === 'full').length;
  const gain = best?.initialScore === undefined ? undefined : best.score - best.initialScore;
  const { saving, total } = ledger;
  return markup`<dl class="cards">
${card('best score', best === undefined ? '–' : formatScore(best.score), best && markup`round ${best.round}, ${best.method}${gain !== undefined && `; ${gain >= 0 ? '+' : '−'}${formatScore(Math.abs(gain))} on the initial workflow`}`)}
${card('workflows evaluated', exact(evaluated.length), `${full} in full, ${evaluated.length - full} by estimate`)}
${card('tokens spent', formatCount(total.tokens), `${exact(total.calls)} model calls`)}
${card(
  saving.saved >= 0 ? 'saved against full evaluation' : 'spent beyond full evaluation',
  saving.fullEvaluation === 0 ? '–' : `≈ ${formatShare(Math.abs(saving.share))}`,
  saving.fullEvaluation === 0 ? undefined : `estimate: ${formatCount(saving.fullEvaluation)} for the same workflows`,
)}
</dl>`;
}

function card(name: string, figure: string, note: MarkupPart): Markup {
  return markup`<div class="card"><dt>${name}</dt><dd class="figure">${figure}</dd><dd class="faint">${note}</dd></div>`;
}
