import { z } from 'zod';
import { whole } from '../../../domain/settings/number-rules.ts';
import { parseKeyBindings } from '../../models/settings/key-bindings.ts';
import type { VariableTable } from '../../settings/variable-table.ts';

const keyBindings = z.string().transform((value, context) => {
  const bindings = parseKeyBindings(value);
  if (bindings !== undefined) return bindings;
  context.addIssue('must be bindings such as MY_KEY=https://gpu-1:8000/v1, separated by spaces');
  return z.NEVER;
});

/** Of executors and predictors. */
export const workerTable = {
  slots: {
    variable: 'SCALE_SLOTS',
    ...whole(1, 4096),
    default: 32,
    description: 'jobs at once',
  },
  endpointKeys: {
    variable: 'SCALE_ENDPOINT_KEYS',
    type: 'special',
    schema: keyBindings.default([]),
    description: 'which [keys](security.md) may be sent where: `MY_KEY=https://gpu-1:8000/v1`',
    range: 'pairs, separated by spaces',
    shownDefault: 'none',
  },
  endpointKeysFile: {
    variable: 'SCALE_ENDPOINT_KEYS_FILE',
    type: 'text',
    description: 'a file with more of them, read again for each new address',
  },
  endpointsFile: {
    variable: 'SCALE_ENDPOINTS_FILE',
    type: 'text',
    description: "[the cluster's own endpoints](#the-clusters-endpoints) by model; read again when it changes",
  },
} as const satisfies VariableTable;

export const executorTable = {
  ...workerTable,
  answersAtOnce: {
    variable: 'SCALE_ANSWERS_AT_ONCE',
    ...whole(0, 10_000),
    default: 128,
    description: 'answers that it gives at once for [a served workflow](serve.md#over-a-cluster), beside its jobs; 0: none',
  },
} as const satisfies VariableTable;

export const predictorTable = { ...workerTable, slots: { ...workerTable.slots, default: 4 } } as const satisfies VariableTable;
