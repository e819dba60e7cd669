import { whole } from '../../../domain/settings/number-rules.ts';
import { choice } from '../../settings/rules.ts';
import type { VariableTable } from '../../settings/variable-table.ts';
import { logLevels } from '../../telemetry/logger.ts';

/** What ties a process to its parent, and how much it logs; simulated models have these settings too. */
export const everyProcess = {
  logLevel: {
    variable: 'SCALE_LOG_LEVEL',
    type: 'choice',
    choices: logLevels,
    default: 'info',
    description: 'the lowest level that is logged',
  },
  leash: {
    variable: 'SCALE_PARENT_LEASH',
    type: 'special',
    schema: choice(['none', 'stdin', 'ipc']).optional(),
    description: 'the service ends when its parent does: with its standard input, or with the channel that it was forked with',
    range: 'none, stdin or ipc',
    shownDefault: '`ipc` if there is a channel, otherwise `none`',
  },
  drainMs: {
    variable: 'SCALE_DRAIN_MS',
    ...whole(0, 3_600_000),
    unit: 'ms',
    // Below the 30 s that Kubernetes waits before it kills.
    default: 25_000,
    description: 'how long it may take to finish its work once it is asked to end',
  },
} as const satisfies VariableTable;
