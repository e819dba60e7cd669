import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readRunLog } from '../../services/shared/traces/read-run-log.ts';
import { startCli } from '../support/run-cli.ts';

test('the same command with a higher limit goes on with a run on this machine that its limit had ended, to its end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-raised-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'raised.yaml');
  await writeFile(path, 'seed: 3\nbenchmark: { name: sample, limit: 30 }\nsearch: { max_rounds: 4, convergence: off }\n');
  const run = (tokens: string) => startCli(['run', path, '--data-dir', join(folder, 'data'), '--max-tokens', tokens]).ended;
  const limited = await run('8000');
  expect(limited.code, limited.stderr).toBe(7);
  const raised = await run('none');
  expect(raised.code, raised.stderr).toBe(0);
  expect(raised.stderr).toMatch(/^Run raised-\w+ had ended at a limit, and goes on with what it may spend now\.$/m);
  const runs = await readdir(join(folder, 'data/runs'));
  expect(runs).toHaveLength(1);
  const state = await readRunLog(join(folder, 'data/runs', runs[0] ?? '', 'events.binpb'));
  expect(state.status).toBe('completed');
  expect(state.limit).toBeUndefined();
  expect(state.rounds.filter(({ completed }) => completed)).toHaveLength(4);
  // The end at the limit is still in its log, and is no longer the end.
  const shown = await run('none');
  expect(shown.code, shown.stderr).toBe(0);
  expect(shown.stderr).toContain('has already ended');
  expect(await readRunLog(join(folder, 'data/runs', runs[0] ?? '', 'events.binpb'))).toEqual(state);
});
