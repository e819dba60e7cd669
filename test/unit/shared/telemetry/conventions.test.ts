import * as stable from '@opentelemetry/semantic-conventions';
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import { expect, it } from 'vitest';
import { attribute } from '../../../../services/shared/telemetry/conventions.ts';

/** The names that the conventions have now, without those that they have given up. */
const known = new Set(
  [stable, incubating].flatMap((names) =>
    Object.entries(names).flatMap(([name, value]) => (name.startsWith('ATTR_') && typeof value === 'string' ? [value] : [])),
  ),
);

it('uses no name of OpenTelemetry that its conventions do not have', () => {
  const names = Object.values(attribute);
  expect(names.filter((name) => !name.startsWith('scale.') && !known.has(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});
