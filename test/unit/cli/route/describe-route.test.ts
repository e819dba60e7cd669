import { expect, test } from 'vitest';
import { describeCeiling } from '../../../../services/cli/route/describe-route.ts';

test('what would tell the ceiling is a command as it can be typed', () => {
  const told = describeCeiling(undefined, { runId: 'tickets-0a1b', split: 'dev' });
  expect(told).toContain('`scale eval --run tickets-0a1b --split dev --repeat 5`');
});
