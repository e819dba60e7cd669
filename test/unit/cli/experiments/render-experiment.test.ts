import { describe, expect, test } from 'vitest';
import { formatFigure } from '../../../../services/cli/experiments/format-figure.ts';
import { renderExperimentHtml } from '../../../../services/cli/experiments/render-experiment-html.ts';
import { renderExperimentMarkdown } from '../../../../services/cli/experiments/render-experiment-markdown.ts';
import { renderExperimentText } from '../../../../services/cli/experiments/render-experiment-text.ts';
import type { ExperimentReport, Figure } from '../../../../services/domain/experiment/experiment-report.ts';

test.each<[Figure | undefined, string]>([
  [undefined, '–'],
  [{ unit: 'percent', value: 93.24, low: 91, high: 95.26 }, '93.2 (91.0–95.3)'],
  [{ unit: 'points', value: 0.42, low: -1.2, high: 2 }, '+0.4 (−1.2 to +2.0)'],
  [{ unit: 'share', value: 0.2512, low: 0.22, high: 0.29 }, '25.1 % (22 %–29 %)'],
  [{ unit: 'tokens', value: 1_070_000 }, '1.07 M'],
  [{ unit: 'probability', value: 0.0001 }, '< 0.001'],
  [{ unit: 'probability', value: 1 }, '1.000'],
  [{ unit: 'number', value: -0.0576 }, '−0.058'],
])('%j is shown as %s', (figure, shown) => {
  expect(formatFigure(figure)).toBe(shown);
});

const report: ExperimentReport = {
  experiment: 'methods',
  title: 'Methods <b>',
  simulated: true,
  setting: ['Two searches.'],
  findings: ['Nothing can be told apart.'],
  tables: [
    {
      title: 'scores',
      columns: ['test score (%)'],
      rows: [
        { name: 'a | b', source: 'ours', cells: [{ unit: 'percent', value: 50 }] },
        { name: 'AFlow', source: 'paper', cells: [undefined] },
      ],
    },
  ],
  plots: [
    { kind: 'intervals', title: 'lone', rows: [{ name: 'a', figure: { unit: 'percent', value: 50 } }] },
    {
      kind: 'curves',
      title: 'flat',
      across: 'M',
      up: 'score',
      unit: 'percent',
      series: [{ name: 'a', points: [{ at: 0, figure: { unit: 'percent', value: 0 } }] }],
    },
  ],
  remarks: ['A note.'],
  runs: [{ runId: 'a-1', what: 'search', tokens: 10 }],
};

describe.each([
  ['text', renderExperimentText],
  ['markdown', renderExperimentMarkdown],
  ['html', renderExperimentHtml],
])('as %s', (_, render) => {
  test('each row says whose figures they are, and the page that they are simulated', () => {
    const page = render(report);
    for (const words of ['Simulated model: not a result', '(simulated)', 'paper: AFlow', 'Nothing can be told apart.', 'A note.'])
      expect(page).toContain(words);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('nothing is called simulated that is not', () => {
    expect(render({ ...report, simulated: false })).not.toMatch(/imulated/);
  });
});

test('a plot without a figure is said to have none', () => {
  const empty = { ...report, plots: [{ kind: 'intervals' as const, title: 'none', rows: [] }] };
  expect(renderExperimentHtml(empty)).toContain('There is no figure to draw');
  expect(renderExperimentHtml(empty)).not.toContain('<svg');
});

test('markdown and HTML escape what would break them', () => {
  expect(renderExperimentMarkdown(report)).toContain('| a \\| b (simulated) | 50.0 |');
  expect(renderExperimentHtml(report)).not.toContain('Methods <b>');
});
