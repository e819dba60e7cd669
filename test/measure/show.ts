/**
 * How long `scale show` of one execution takes beside how many executions are stored: node test/measure/show.ts [EXECUTIONS] A
 * finished search is made up, with the log, the results and the manifest of a real one, on a real nats-server. Then executions of
 * every round are asked for, by the command as users start it: with a cluster that runs, and with none, which it starts for
 * itself.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { dataFolderAt } from '../../services/cli/cluster/data-folder.ts';
import { startLocalCluster } from '../../services/cli/cluster/local-cluster.ts';
import { storeLargeRun } from '../support/cluster/large-run.ts';

const executions = Number(process.argv[2] ?? 100_000);
const command = join(import.meta.dirname, '../../services/cli/scale.ts');

async function secondsOf(root: string, ...words: readonly string[]): Promise<number> {
  const began = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...words, '--data-dir', root, '--json'], {
    maxBuffer: 2 ** 28,
  });
  JSON.parse(stdout);
  return (performance.now() - began) / 1_000;
}

function told(what: string, seconds: readonly number[]): void {
  const sorted = seconds.toSorted((a, b) => a - b);
  const shown = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((each) => (each ?? Number.NaN).toFixed(2));
  console.log(`${what}: fastest ${shown[0]} s, median ${shown[1]} s, slowest ${shown[2]} s of ${seconds.length}`);
}

const root = await mkdtemp(join(tmpdir(), 'scale-measure-'));
try {
  const folder = dataFolderAt(root);
  const { runId, rounds, queries } = await storeLargeRun(root, executions, 'all queries');
  console.log(`${rounds * queries} executions stored`);
  const ask = (index: number) => secondsOf(root, 'show', runId, '--round', '1', '--query', `q${(index * 977) % queries}`);
  const alone: number[] = [];
  for (let index = 0; index < 3; index += 1) alone.push(await ask(index));
  told('with no cluster running', alone);
  const cluster = await startLocalCluster(
    {
      ...{ folder, purpose: 'run', executors: 1, slots: 1, withSimulator: false, environment: process.env },
      notice: (message) => console.error(message),
    },
    new AbortController().signal,
  );
  const attached: number[] = [];
  for (let index = 0; index < 10; index += 1) attached.push(await ask(index));
  await cluster.stop(new AbortController().signal);
  told('with a cluster that runs', attached);
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
