import { z } from 'zod';
import { isolationLevels } from '../../sandbox/isolation.ts';
import { integer, text } from '../../settings/rules.ts';
import type { VariableTable } from '../../settings/variable-table.ts';

/** How the programs that models write are run. */
export const sandboxTable = {
  minIsolation: {
    variable: 'SCALE_SANDBOX_MIN_ISOLATION',
    type: 'choice',
    choices: isolationLevels,
    default: 'plain',
    description: 'an executor refuses to start below it',
  },
  python: {
    variable: 'SCALE_SANDBOX_PYTHON',
    type: 'special',
    schema: text().optional(),
    description: 'the interpreter: Python 3.10 or newer, with its whole standard library',
    range: 'a path',
    shownDefault: 'the first in PATH that works',
  },
  packages: {
    variable: 'SCALE_SANDBOX_PACKAGES',
    type: 'special',
    schema: text().optional(),
    description: 'a folder of more packages that programs may import, readable by any user and not in `/tmp`',
    range: 'a path',
    shownDefault: 'none',
  },
  memoryLimitBytes: {
    variable: 'SCALE_SANDBOX_MEMORY_MB',
    type: 'special',
    schema: z.coerce
      .number({ error: 'must be a whole number from 64 to 1048576' })
      .pipe(integer(64, 1_048_576))
      .default(1024)
      .transform((megabytes) => megabytes * 1024 ** 2),
    description: 'address space of a program',
    range: 'whole, 64 to 1,048,576 MiB',
    shownDefault: '`1024`',
  },
} as const satisfies VariableTable;
