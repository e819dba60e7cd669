import { z } from 'zod';
import type { VariableTable } from '../../settings/variable-table.ts';
import { namedAmounts } from './named-amounts.ts';

const rule = 'must be such as days=30,runs=500,megabytes=2000, with any of the three, each once and above 0';
const dayMs = 86_400_000;

export interface KeptRuns {
  readonly maxAgeMs?: number;
  readonly maxRuns?: number;
  readonly maxBytes?: number;
}

const keptRuns = z
  .string()
  .transform((text, { addIssue }): KeptRuns => {
    const amounts = namedAmounts(text, ['days', 'runs', 'megabytes']);
    const { days, runs, megabytes } = amounts ?? {};
    const isRight =
      amounts !== undefined && Number.isInteger(runs ?? 1) && Object.values(amounts).every((amount) => amount <= 1e9);
    if (!isRight) addIssue({ code: 'custom', message: rule });
    return {
      ...(days !== undefined && { maxAgeMs: Math.round(days * dayMs) }),
      ...(runs !== undefined && { maxRuns: runs }),
      ...(megabytes !== undefined && { maxBytes: megabytes * 1024 ** 2 }),
    };
  })
  .optional();

/** What a coordinator keeps of runs that have ended. */
export const retentionTable = {
  keepRuns: {
    variable: 'SCALE_KEEP_RUNS',
    type: 'special',
    schema: keptRuns,
    description:
      'how much of what has ended stays, such as `days=30,runs=500,megabytes=2000`: the oldest runs beyond any of these are [deleted](retention.md)',
    range: 'any of days since the end, runs, and megabytes of logs and results, each above 0',
    shownDefault: 'all',
  },
  archiveFolder: {
    variable: 'SCALE_ARCHIVE_DIR',
    type: 'text',
    description: 'a folder where each run is copied to a file before it is deleted for that; none: it is not copied',
  },
} as const satisfies VariableTable;
