import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunEvent } from '../../services/domain/run/event.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { decodeRunLogFile } from '../../services/shared/contracts/run-log-file.ts';
import { servedCalls } from '../support/cluster/local-run.ts';
import { startCli } from '../support/run-cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-cache-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const scale = async (...args: readonly string[]) => {
  const environment = { SCALE_SIMULATOR_ACCESS_LOG: join(folder, 'served') };
  const ended = await startCli([...args, '--data-dir', join(folder, 'data')], { cwd: folder, environment }).ended;
  if (ended.code !== 0) throw new Error(`scale ${args.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
  return ended;
};

/** Without its name, which is all in which a search that is done again differs. */
async function logOf(runId: string): Promise<RunEvent[]> {
  const file = await readFile(join(folder, 'data', 'runs', runId, 'events.binpb'));
  return decodeRunLogFile(file).map((entry) => {
    const { event } = decodeEvent(entry);
    return event.kind === 'run-started' ? { ...event, configuration: { ...event.configuration, name: '' } } : event;
  });
}

it('a second run on the response cache, with two executors, calls no model, spends no token, says so, and has the same log', async () => {
  await writeFile(
    join(folder, 'again.yaml'),
    `name: again
benchmark: { name: sample, limit: 20 }
cache: on
search: { max_rounds: 4 }
evaluation: { method: predicted, warm_up_rounds: 2 }
cluster: { executors: 2, slots: 8 }
`,
  );
  const first = await scale('run', 'again.yaml');
  expect(first.stdout + first.stderr).toContain('uses the response cache');
  const served = await servedCalls(join(folder, 'served'));
  expect(served.length).toBeGreaterThan(40);
  // Executions, proposals and predictions.
  expect(new Set(served.map(({ jobId }) => jobId.replace(/-.*/, '')))).toEqual(new Set(['execute', 'propose', 'predict']));

  const second = await scale('run', 'again.yaml', '--fresh', '--json');
  expect(await servedCalls(join(folder, 'served'))).toHaveLength(served.length);
  const { ledger } = JSON.parse(second.stdout).report;
  expect(ledger.total.calls).toBe(served.length);
  expect(ledger.spent).toMatchObject({ tokens: 0, beside: [], cached: { calls: served.length, tokens: ledger.total.tokens } });

  const [one = '', other = ''] = (await readdir(join(folder, 'data', 'runs'))).sort();
  const [before, after] = [one, other].toSorted((a, b) => a.length - b.length);
  expect(await logOf(after ?? '')).toEqual(await logOf(before ?? ''));
  const report = await readFile(join(folder, 'data', 'runs', after ?? '', 'report.md'), 'utf8');
  expect(report).toContain(`0: what was charged, less ${ledger.total.tokens.toLocaleString('en')} that the response cache saved`);
  const status = await scale('status', after ?? '');
  expect(status.stdout).toMatch(/spent +0: what was charged, less .* that the response cache saved in \d+ calls/);
});
