import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operators } from '../../../services/domain/operators/registry.ts';
import { operatorRoles, roleFor } from '../../../services/simulator/behaviour/roles.ts';
import { solve } from '../../../services/simulator/behaviour/solve.ts';

test('every operator has a simulated role, and every role an operator', () => {
  expect([...operatorRoles.keys()].sort()).toEqual([...operators.keys()].sort());
});

test.each([
  ['', solve],
  ['operator:custom', operatorRoles.get('custom')],
  ['operator:review', operatorRoles.get('review')],
])('the purpose "%s" has its role', (purpose, role) => expect(roleFor(purpose)).toBe(role));

test.each(['propose', 'predict', 'judge'])('the purpose "%s" has a role of its own', (purpose) => {
  expect([...operatorRoles.values()]).not.toContain(roleFor(purpose));
});

test.each([
  ['operator:ponder', 'no simulated role for operator ponder: add one in services/simulator/behaviour/roles.ts'],
  ['operator:', 'no simulated role for operator : add'],
  ['operator:constructor', 'no simulated role for operator constructor: add'],
  [
    'toString',
    'no simulated role for the purpose "toString": x-scale-purpose is operator:<name>, or one of propose, predict, judge',
  ],
])('the purpose "%s" is refused with what to do', (purpose, message) => {
  expect(() => roleFor(purpose)).toThrow(
    expect.objectContaining({ name: 'WireError', status: 400, message: expect.stringContaining(message) }),
  );
});

test('the domain speaks of no simulator: it says what a call is for, and whether a simulated model has answered', async () => {
  const domain = join(import.meta.dirname, '../../../services/domain');
  const files = (await readdir(domain, { recursive: true })).filter((path) => path.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(100);
  const texts = await Promise.all(files.map(async (path) => ({ path, text: await readFile(join(domain, path), 'utf8') })));
  const speaking = texts.filter(({ text }) => /simulator|simulated model (?:knows|recogni[sz]es)|Marker\b/i.test(text));
  expect(speaking.map(({ path }) => path)).toEqual([]);
});
