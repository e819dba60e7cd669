import { describe, expect, test } from 'vitest';
import { experimentToDocument } from '../../../../services/cli/experiments/experiment-to-document.ts';
import type { ExperimentReport } from '../../../../services/domain/experiments/experiment-report.ts';
import { writeHtml } from '../../../../services/shared/document/write-html.ts';
import { writeMarkdown } from '../../../../services/shared/document/write-markdown.ts';
import { writeTerminal } from '../../../../services/shared/document/write-terminal.ts';

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
  ['text', writeTerminal],
  ['markdown', writeMarkdown],
  ['html', writeHtml],
])('as %s', (_, write) => {
  test('each row says whose figures they are, and the page that they are simulated', () => {
    const page = write(experimentToDocument(report));
    for (const words of ['Simulated model: not a result', '(simulated)', 'paper: AFlow', 'Nothing can be told apart.', 'A note.'])
      expect(page).toContain(words);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('nothing is called simulated that is not', () => {
    expect(write(experimentToDocument({ ...report, simulated: false }))).not.toMatch(/imulated/);
  });
});

test('a plot without a figure is said to have none', () => {
  const empty = { ...report, plots: [{ kind: 'intervals' as const, title: 'none', rows: [] }] };
  expect(writeHtml(experimentToDocument(empty))).toContain('There is nothing to draw');
  expect(writeHtml(experimentToDocument(empty))).not.toContain('<svg');
});

test('markdown and HTML escape what would break them', () => {
  expect(writeMarkdown(experimentToDocument(report))).toContain('| a \\| b (simulated) | 50.0 |');
  expect(writeHtml(experimentToDocument(report))).not.toContain('Methods <b>');
});
