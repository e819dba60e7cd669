import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAtLeast, oldestNatsServer } from '../../../../services/shared/toolchain/versions.ts';

test.each([
  ['1.11.99', false],
  ['2.9.25', false],
  ['2.10.0', false],
  ['2.10.22', false],
  ['2.10.23', true],
  ['2.10.100', true],
  ['2.11.0', true],
  ['2.11.0-preview.2', true],
  ['2.12.0-RC.1', true],
  ['3.0.0', true],
  ['unknown', false],
  ['', false],
])('"%s" is at least 2.10.23: %s', (version, expected) => {
  expect(isAtLeast(version, '2.10.23')).toBe(expected);
});

test('the server that is set up is one that is taken', () => {
  const script = readFileSync(join(import.meta.dirname, '../../../../scripts/setup-nats-server'), 'utf8');
  expect(/^oldest=(.*)$/m.exec(script)?.[1]).toBe(oldestNatsServer);
  expect(isAtLeast(/^release=(.*)$/m.exec(script)?.[1] ?? '', oldestNatsServer)).toBe(true);
});
