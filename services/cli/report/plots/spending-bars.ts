import type { ReportModel } from '../../../domain/report/report-model.ts';
import { phases } from '../../../domain/run/ledger/token-use.ts';
import { formatCount } from '../../../shared/document/format.ts';
import { type Markup, markup } from '../../../shared/document/markup.ts';
import { drawing } from '../../../shared/document/plots/axes.ts';
import { linearScale, rounded } from '../../../shared/document/plots/scale.ts';
import { className } from './marks.ts';

const size = { width: 960, height: 92 };
const labels = 150;
const barHeight = 30;

/** What was spent, by phase, above what full evaluation of the same workflows would have cost. */
export function spendingBars({ ledger }: ReportModel): Markup {
  const { saving, total, byPhase } = ledger;
  const x = linearScale([0, Math.max(total.tokens, saving.fullEvaluation)], [labels, size.width - 110], 6);
  let before = 0;
  const pieces = phases.flatMap((phase) => {
    const tokens = byPhase.find((entry) => entry.phase === phase)?.tokens ?? 0;
    if (tokens === 0) return [];
    const from = x(before);
    before += tokens;
    return [
      markup`<rect class="p-${className(phase)}" x="${from}" y="8" width="${rounded(x(before) - from)}" height="${barHeight}"><title>${phase}: ${tokens.toLocaleString('en-US')} tokens</title></rect>`,
    ];
  });
  return drawing(
    'spending-bars',
    size,
    'Tokens spent and saved',
    `${formatCount(total.tokens)} tokens spent; full evaluation of the same workflows is estimated at ${formatCount(saving.fullEvaluation)}.`,
    markup`<text x="${labels - 10}" y="28" text-anchor="end">spent</text>${pieces}
<text class="strong" x="${x(total.tokens) + 8}" y="28">${formatCount(total.tokens)}</text>
<text x="${labels - 10}" y="72" text-anchor="end">full evaluation</text>
<rect class="estimated" x="${labels}" y="52" width="${rounded(x(saving.fullEvaluation) - labels)}" height="${barHeight}"><title>estimate: ${Math.round(saving.fullEvaluation).toLocaleString('en-US')} tokens</title></rect>
<text class="strong" x="${x(saving.fullEvaluation) + 8}" y="72">≈ ${formatCount(saving.fullEvaluation)}</text>`,
  );
}
