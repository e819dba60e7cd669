import { describe, expect, test } from 'vitest';
import { sweepToDocument } from '../../../../services/cli/sweep-report/sweep-to-document.ts';
import { buildSweepReport } from '../../../../services/domain/sweep-report/build-sweep-report.ts';
import type { ReportedCell } from '../../../../services/domain/sweep-report/reported-cell.ts';
import type { SweepFacts } from '../../../../services/domain/sweep-report/sweep-report-model.ts';
import { writeHtml } from '../../../../services/shared/document/write-html.ts';
import { writeMarkdown } from '../../../../services/shared/document/write-markdown.ts';
import { writeTerminal } from '../../../../services/shared/document/write-terminal.ts';
import { cellOf, runOf, scoreOf, testOf } from '../../domain/sweep-report/made-up-cells.ts';

const [method, ratio] = ['evaluation.method', 'evaluation.few_shot_ratio'];
const hostile = '<script>alert(1)</script> | **bold**';
const facts: SweepFacts = {
  sweepId: 'nightly-1',
  name: 'nightly',
  status: 'running',
  axes: [
    { name: method, values: ['full', hostile] },
    { name: ratio, values: ['0.03', '0.08'] },
    { name: 'seed', values: ['1', '2'] },
  ],
};

function cellsOf(more: (place: number) => Partial<ReportedCell>): ReportedCell[] {
  return facts.axes[0]?.values.flatMap((value, first) =>
    ['0.03', '0.08'].flatMap((share, second) =>
      ['1', '2'].map((seed, third) => {
        const place = 4 * first + 2 * second + third;
        const run = runOf(1_000 * (place + 1), { simulated: true, score: scoreOf(0.5), test: testOf([1, 0, second, first]) });
        return cellOf({ [method]: value, [ratio]: share, seed }, run, more(place));
      }),
    ),
  ) as ReportedCell[];
}

const earlierRuns = [{ runId: 'run-0', why: hostile, tokens: 30 }];
const failures = [{ kind: 'cut-off' as const, class: 'too-long' as const, count: 2, examples: [{ round: 1, message: hostile }] }];
const partial = cellsOf((place) => {
  if (place === 7) return { status: 'failed', reason: hostile, run: runOf(70, { failures, doubts: ['Beware.'] }), earlierRuns };
  return place === 6 ? { status: 'running', run: runOf(60, { score: scoreOf(0.25) }) } : {};
});

describe.each([
  ['text', writeTerminal],
  ['markdown', writeMarkdown],
  ['html', writeHtml],
])('as %s', (form, write) => {
  const page = write(sweepToDocument(buildSweepReport(facts, partial)));

  test('says in its first line that it is a partial report, and that a simulated model answered', () => {
    const title = 'nightly: a partial report, 7 of 8 cells have ended';
    const before = page.slice(0, page.indexOf(title));
    expect(page).toContain(title);
    expect(before).not.toMatch(/Scores|Sweep nightly-1/);
    expect(page).toContain('Simulated model: not a result');
    expect(page).toContain('(simulated)');
  });

  test('shows scores, differences, what was done again, what failed and what has no result', () => {
    for (const words of [
      'p (Holm)',
      'pairs of runs',
      'Done again, and why',
      'Failed executions',
      'Without a result',
      'cut-off',
      'as wrong',
    ])
      expect(page).toContain(words);
    expect(page).toContain('25.0 so far');
    expect(page).toContain('Beware.');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    if (form === 'html') expect(page).not.toContain('<script>');
  });

  test('a sweep that is over says nothing of a part', () => {
    const whole = write(
      sweepToDocument(
        buildSweepReport(
          { ...facts, status: 'completed' },
          cellsOf(() => ({})),
        ),
      ),
    );
    expect(whole).not.toMatch(/a partial report|Without a result|so far/);
  });

  test('a sweep of which nothing has begun can be shown', () => {
    const waiting = partial.map(({ run: _, ...cell }) => ({ ...cell, status: 'waiting' as const }));
    expect(write(sweepToDocument(buildSweepReport(facts, waiting)))).toMatch(/0 of 8 cells have ended/);
  });
});

test('there is a plot of score against tokens, and one for each axis; over numbers they are curves', () => {
  const { sections } = sweepToDocument(buildSweepReport(facts, partial));
  const plots = sections.find(({ id }) => id === 'plots')?.blocks ?? [];
  expect(plots.map(({ kind }) => kind)).toEqual(['marks', 'intervals', 'curves', 'curves']);
  expect(plots[0]).toMatchObject({
    series: [
      { name: 'full', points: { length: 4 } },
      { name: hostile, points: { length: 2 } },
    ],
  });
  expect(plots[1]).toMatchObject({
    rows: [{ name: 'few_shot_ratio 0.03: full' }, { name: `few_shot_ratio 0.03: ${hostile}` }, {}],
  });
  expect(plots[2]).toMatchObject({ series: [{ name: 'full', points: [{ at: 0.03 }, { at: 0.08 }] }, { name: hostile }] });
});
