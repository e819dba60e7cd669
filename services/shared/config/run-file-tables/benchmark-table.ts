import { integer, text } from '../../settings/rules.ts';
import type { SettingTable } from '../../settings/setting-table.ts';

export const benchmarkTable = {
  name: {
    type: 'special',
    schema: text('must be the name of a benchmark, or the path of a benchmark file (.yaml)'),
    description:
      'a built-in benchmark, or the path of a [benchmark file](benchmarks.md), relative to the run file; `file` means the same, and the name alone can replace the group',
    range: 'a name or a path',
    shownDefault: '',
  },
  split: { type: 'text', default: 'validate', description: '`validate` or `test`' },
  limit: {
    type: 'special',
    schema: integer(1, 1_000_000).optional(),
    description: 'the first this many queries',
    range: 'whole, 1 to 1,000,000',
    shownDefault: 'all',
  },
  scorer: {
    type: 'special',
    schema: text().optional(),
    description: "one of the benchmark's, such as aflow or strict: [scoring](scoring.md); the others are reported as well",
    range: 'a name',
    shownDefault: "the benchmark's first",
  },
  folder: {
    type: 'special',
    schema: text('must be the path of a folder').optional(),
    description: 'where the files are, relative to the run file: [more below](#where-benchmark-files-are-looked-for)',
    range: 'a path',
    shownDefault: 'the data folder',
  },
} as const satisfies SettingTable;
