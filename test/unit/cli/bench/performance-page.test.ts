import { expect, test } from 'vitest';
import type { BenchResult } from '../../../../services/cli/bench/bench.ts';
import { middleRows } from '../../../../services/cli/bench/middle-rows.ts';
import { performancePage } from '../../../../services/cli/bench/performance-page.ts';
import { writeMarkdown } from '../../../../services/shared/document/write-markdown.ts';

const quiet = {
  ...{ date: '2026-03-01', version: '0.1.0', machine: 'a processor, 2 cores', cores: 2, load: 0.1 },
  ...{ quick: false, times: 3 },
};
const outcome: BenchResult = {
  rows: [
    { name: 'floor', value: 1234.5, unit: 'jobs/s' },
    { name: 'bus', value: 0.98765, unit: 'jobs/s', limit: 2, ratio: 0.493825 },
  ],
  notes: ['What it means.'],
};

test('the page shows the date, the machine and each figure beside its limit', () => {
  const page = writeMarkdown(performancePage(quiet, [{ name: 'bus', description: 'jobs per second', outcome }]));
  expect(page).toContain('**Measured:** 2026-03-01, scale 0.1.0.');
  expect(page).toContain('**Machine:** a processor, 2 cores.');
  expect(page).toContain('## bus\n\nJobs per second.\n');
  expect(page).toMatch(/\| floor \| 1235 \| jobs\/s \| +\| +\|/);
  expect(page).toContain('| bus | 0.988 | jobs/s | 2.00 | 0.49 |');
  expect(page).toContain('What it means.');
  expect(page).not.toMatch(/busy|--quick|Fewer/);
});

test('a page from a busy machine, a small form or a single run says so at its top', () => {
  const top = (changed: object): string =>
    writeMarkdown(performancePage({ ...quiet, ...changed }, [{ name: 'bus', description: 'x', outcome }])).split('## ')[0] ?? '';
  expect(top({ load: 1.1 })).toContain('- The machine was busy with something else (load 1.1 on 2 cores)');
  expect(top({ load: 0.9 })).not.toContain('busy');
  expect(top({ quick: true })).toContain('say nothing about speed');
  expect(top({ times: 1 })).toContain('Fewer than three runs');
});

test('a bench that could not be run is on the page, with the reason', () => {
  const measured = [{ name: 'replay', description: 'searches', outcome: new Error('there is no folder of traces') }];
  expect(writeMarkdown(performancePage(quiet, measured))).toContain('It was not measured: there is no folder of traces');
});

test('each row is that of its middle run by the ratio, with the limit measured in that run', () => {
  const run = (ratio: number, floor: number): BenchResult => ({
    rows: [
      { name: 'floor', value: floor, unit: 's' },
      { name: 'help', value: ratio * floor, unit: 's', limit: floor, ratio },
    ],
    notes: [`floor ${floor}`],
  });
  const { rows, notes } = middleRows([run(5, 1), run(2, 10), run(3, 4)]);
  expect(rows[0]).toMatchObject({ value: 4 });
  expect(rows[1]).toEqual({ name: 'help', value: 12, unit: 's', limit: 4, ratio: 3 });
  expect(notes).toEqual(['floor 1']);
  expect(middleRows([run(5, 1), run(2, 10)]).rows[1]).toMatchObject({ ratio: 2 });
  expect(() => middleRows([])).toThrow(RangeError);
});
