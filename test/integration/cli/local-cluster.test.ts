import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identifyProcess, readCommandLine } from '../../../services/shared/toolchain/process-identity.ts';
import { type CliRun, startCli } from '../../support/run-cli.ts';

const runFile = `
name: local
seed: 3
benchmark: { name: sample, limit: 24 }
search: { max_rounds: 8, convergence: off }
evaluation: { method: scale, warm_up_rounds: 2, few_shot_ratio: 0.2 }
`;

let folder: string;
const started: CliRun[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-cluster-'));
  await writeFile(join(folder, 'local.yaml'), runFile);
});
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

function scale(...args: readonly string[]): CliRun {
  const cli = startCli(args, { cwd: folder });
  started.push(cli);
  return cli;
}

const run = (...more: readonly string[]): CliRun => scale('run', 'local.yaml', ...more);

/** The services of a command, by what they were started with. */
async function servicesOf(cli: CliRun): Promise<Map<string, number>> {
  const pid = cli.child.pid ?? 0;
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);
  const services = new Map<string, number>();
  for (const child of children) {
    const line = (await readCommandLine(child))?.join(' ') ?? '';
    const name = /services\/(\w+)\/main\.ts/.exec(line)?.[1] ?? (line.includes('nats-server.conf') ? 'nats-server' : undefined);
    if (name !== undefined) services.set(name, child);
  }
  return services;
}

/** A run that lasts long enough for other terminals to join in. */
const longRun = runFile.replace('limit: 24', 'limit: 60').replace('max_rounds: 8', 'max_rounds: 40');

async function untilGone(pids: Iterable<number>): Promise<void> {
  const deadline = performance.now() + 15_000;
  for (const pid of pids) {
    while ((await identifyProcess(pid)) !== undefined) {
      if (performance.now() > deadline)
        throw new Error(`process ${pid} is still there: ${(await readCommandLine(pid))?.join(' ')}`);
      await sleep(50);
    }
  }
}

/** The log stands here for its hash: what differs is looked up with `scale export`, not in a test's output. */
async function finish(cli: CliRun): Promise<{ runId: string; log: string }> {
  const { code, stdout, stderr } = await cli.ended;
  expect(code, stderr).toBe(0);
  const { runId, files } = JSON.parse(stdout) as { runId: string; files: { log: string } };
  return {
    runId,
    log: createHash('sha256')
      .update(await readFile(files.log))
      .digest('hex'),
  };
}

test('a run ends, leaves nothing running, costs nothing when it is asked for again, and is the same with more executors', async () => {
  const first = run('--json');
  await first.until('round 1:');
  const services = await servicesOf(first);
  expect([...services.keys()].sort()).toEqual(['coordinator', 'executor', 'nats-server', 'predictor', 'simulator']);
  const { log, runId } = await finish(first);
  await untilGone(services.values());
  const { files, report } = JSON.parse(first.stdout());
  for (const file of [files.html, files.markdown, files.json]) expect(await readFile(file, 'utf8')).toContain(runId);
  const phases = report.ledger.byPhase.map(({ tokens }: { tokens: number }) => tokens);
  expect(phases.reduce((sum: number, tokens: number) => sum + tokens, 0)).toBe(report.ledger.total.tokens);

  const again = run('--json');
  expect(await finish(again)).toEqual({ runId, log });
  expect(again.stderr()).toContain(`Run ${runId} has already ended`);

  expect(await finish(run('--json', '--executors', '3', '--data-dir', 'elsewhere'))).toEqual({ runId, log });
});

test('killed with all it has started, the same command goes on and ends with the same log', async () => {
  const killed = run('--json');
  await killed.until('round 3:');
  const services = await servicesOf(killed);
  killed.child.kill('SIGKILL');
  await untilGone(services.values());
  const continued = run('--json');
  const { log } = await finish(continued);
  expect(continued.stderr()).toContain('Continuing run local-');

  expect(await finish(run('--json', '--data-dir', 'untouched'))).toMatchObject({ log });
});

test('a service that is killed is started again, and said so', async () => {
  const cli = run('--json');
  await cli.until('round 2:');
  process.kill((await servicesOf(cli)).get('predictor') ?? 0, 'SIGKILL');
  await finish(cli);
  expect(cli.stderr()).toContain('predictor was ended by SIGKILL; starting it again');
});

/** Its predictor is loaded no further until the run has begun. */
async function beginBeforePredictor(cli: CliRun): Promise<void> {
  let predictor = 0;
  const look = async () => {
    predictor = (await servicesOf(cli)).get('predictor') ?? 0;
    return predictor;
  };
  await expect.poll(look, { interval: 10 }).toBeGreaterThan(0);
  process.kill(predictor, 'SIGSTOP');
  // Told when the run has been started.
  await cli.until('can see differences of');
  process.kill(predictor, 'SIGCONT');
}

test('a run begins while its predictor is still being loaded', async () => {
  const cli = run('--json');
  await beginBeforePredictor(cli);
  await finish(cli);
});

test('a predictor that cannot start ends the command that has begun the run, which goes on once it can', async () => {
  // Executors are told their slots by the command: the predictor alone reads this.
  const cli = startCli(['run', 'local.yaml', '--json'], { cwd: folder, environment: { SCALE_SLOTS: 'many' } });
  started.push(cli);
  await beginBeforePredictor(cli);
  const services = await servicesOf(cli);
  const { code, signal, stderr } = await cli.ended;
  expect([code, signal], stderr).toEqual([expect.any(Number), null]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('predictor did not start');
  expect(stderr).toContain('SCALE_SLOTS');
  await untilGone(services.values());

  const continued = run('--json');
  const { log } = await finish(continued);
  expect(continued.stderr()).toContain('Continuing run local-');
  expect(await finish(run('--json', '--data-dir', 'untouched'))).toMatchObject({ log });
});

test('nothing is spent on what another run has left in the queue', async () => {
  await writeFile(join(folder, 'local.yaml'), longRun);
  const left = run();
  await left.until('round 1: executing');
  left.child.kill('SIGINT');
  await left.ended;
  const status = JSON.parse((await scale('status', 'local', '--json').ended).stdout);
  expect(status).toMatchObject({ status: 'running', goingOn: false });
  expect((await scale('list').ended).stdout).toMatch(/^local-\w+ .* interrupted /m);

  await writeFile(join(folder, 'other.yaml'), runFile.replace('name: local', 'name: other'));
  const calls = join(folder, 'calls.jsonl');
  const other = startCli(['run', 'other.yaml', '--json'], { cwd: folder, environment: { SCALE_SIMULATOR_ACCESS_LOG: calls } });
  started.push(other);
  await finish(other);
  const jobIds = (await readFile(calls, 'utf8')).match(/execute-\w+-\d+-0/g) ?? [];
  const queries = new Set(jobIds.map((jobId) => Number(jobId.split('-')[2])));
  expect(queries.size).toBe(24);
  expect(Math.max(...queries)).toBe(23);
});

test('other terminals see the run, join it and cancel it', async () => {
  await writeFile(join(folder, 'local.yaml'), longRun);
  const owner = run();
  await owner.until('round 1:');
  const status = JSON.parse((await scale('status', '--json').ended).stdout);
  expect(status).toMatchObject({ name: 'local', status: 'running', goingOn: true });
  expect(status.underWay[0]).toMatchObject({ round: expect.any(Number), phase: expect.any(String), done: expect.any(Number) });
  const joined = run();
  await joined.until('Using the cluster that already runs on');
  await joined.until('round 1:');
  expect((await scale('cancel', 'local').ended).stdout).toMatch(/^Run local-\w+ is cancelled\.\n$/);
  for (const cli of [owner, joined]) {
    const { code, stdout } = await cli.ended;
    expect(stdout).toContain('cancelled: ');
    expect(code).toBe(4);
  }
  const later = await scale('list', '--json').ended;
  expect(JSON.parse(later.stdout)).toMatchObject({ runs: [{ name: 'local', status: 'cancelled' }] });
  // With no cluster there is nobody to steer.
  for (const command of ['pause', 'resume']) {
    const { code, stderr } = await scale(command, 'local').ended;
    expect(stderr).toContain('no cluster runs on .scale');
    expect(code).toBe(2);
  }
});

test('Ctrl-C drains, and a run that joined goes on with a cluster of its own', async () => {
  await writeFile(join(folder, 'local.yaml'), longRun);
  const owner = run();
  await owner.until('round 1:');
  const joined = run('--json');
  await joined.until('Using the cluster that already runs on');
  owner.child.kill('SIGINT');
  const { code, stderr } = await owner.ended;
  expect(stderr).toMatch(/interrupted in round \d+ of run local-\w+; the same command continues it/);
  expect(code).toBe(130);
  await finish(joined);
  expect(joined.stderr()).toContain('continuing with a cluster of our own');
});

test('the second Ctrl-C does not wait for anything', async () => {
  const cli = run();
  await cli.until('round 1:');
  const services = await servicesOf(cli);
  cli.child.kill('SIGINT');
  await cli.until('Stopping cleanly');
  cli.child.kill('SIGINT');
  expect((await cli.ended).code).toBe(130);
  await untilGone(services.values());
});
