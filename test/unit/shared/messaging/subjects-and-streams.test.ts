import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DiscardPolicy } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { InvalidRequestError } from '../../../../services/shared/messaging/errors.ts';
import { streamDeclarations } from '../../../../services/shared/messaging/stream-declarations.ts';
import { streams, subjects, token } from '../../../../services/shared/messaging/subjects-and-streams.ts';

test('subjects have the form that the operators of a cluster are told', () => {
  expect(subjects.job('execute', 'run-1', 'j_1')).toBe('jobs.v1.execute.run-1.j_1');
  expect(subjects.lane('propose', 'run-1')).toBe('jobs.v1.propose.run-1.>');
  expect(subjects.result('run-1', 'j1')).toBe('results.v1.run-1.j1');
  expect(subjects.events('run-1')).toBe('events.v1.run-1');
  expect(subjects.call('run-1', 'j1', 'a[0].b/1')).toMatch(/^journal\.v1\.run-1\.j1\.[0-9a-f]{32}$/);
});

test('call ids that differ have subjects that differ', () => {
  const ids = ['a/0', 'a/1', 'a[0]/0', 'a.b', 'a b', ''];
  expect(new Set(ids.map((id) => subjects.call('run-1', 'j1', id))).size).toBe(ids.length);
});

test.each(['', 'a.b', 'a b', '*', '>', 'ä', 'a\n', 'x'.repeat(129)])('the id %j is refused', (id) => {
  expect(() => token(id)).toThrow(InvalidRequestError);
});

test('every stream has a size limit when it is made, and together they stay within the storage', () => {
  const storageBytes = 1_000_000_000;
  const sizes = streamDeclarations({ storageBytes }).map(({ config }) => config.max_bytes ?? Number.NaN);
  expect(sizes).toHaveLength(Object.keys(streams).length);
  for (const size of sizes) expect(size).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(storageBytes);
  for (const { whenNew } of streamDeclarations({})) expect(whenNew.max_bytes).toBeGreaterThan(0);
});

test('a limit that is not given is not part of an update', () => {
  for (const { config } of streamDeclarations({})) {
    expect(config).not.toHaveProperty('max_bytes');
    expect(config).not.toHaveProperty('num_replicas');
  }
  expect(streamDeclarations({ replicas: 3 }).every(({ config }) => config.num_replicas === 3)).toBe(true);
});

test('docs/architecture.md tells of every stream how long its messages stay', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/architecture.md'), 'utf8');
  for (const { config } of streamDeclarations({})) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${config.name}\` |`)) ?? '';
    const days = (config.max_age ?? 0) / 1e9 / 86_400;
    expect(/(\d+) days/.exec(row)?.[1] ?? '0', config.name).toBe(String(days));
    expect(row.includes('the oldest goes'), config.name).toBe(config.discard === DiscardPolicy.Old);
  }
});
