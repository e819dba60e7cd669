import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import { clusterProcesses, servedCalls, storedResults } from '../support/cluster/local-run.ts';
import { startCli } from '../support/run-cli.ts';

const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
let folder: string;
let runFile: string;
let undisturbed: Buffer;
let expectedRunId: string;

const runLog = async (dataFolder: string, runId: string): Promise<Buffer> =>
  readFile(join(dataFolder, 'runs', runId, 'events.binpb'));

async function search(
  dataFolder: string,
  during?: (ownerPid: number) => Promise<void>,
): Promise<{ code: number | null; stderr: string; runId: string }> {
  const command = startCli(['run', runFile, '--data-dir', dataFolder, '--json'], {
    environment: {
      SCALE_SIMULATOR_ACCESS_LOG: join(dataFolder, 'calls.jsonl'),
      // Slow enough to be killed at work.
      SCALE_SIMULATOR_FIRST_TOKEN_MS: '40',
    },
  });
  await during?.(command.child.pid ?? 0);
  const { code, stdout, stderr } = await command.ended;
  return { code, stderr, runId: code === 0 ? (JSON.parse(stdout) as { runId: string }).runId : '' };
}

beforeAll(async () => {
  console.info(`seed ${seed}; set SCALE_TEST_SEED for another`);
  folder = await mkdtemp(join(tmpdir(), 'scale-e2e-'));
  runFile = join(folder, 'kill.yaml');
  await writeFile(
    runFile,
    `name: kill
seed: 3
benchmark: { name: sample, limit: 40 }
search: { max_rounds: 8, convergence: off }
evaluation: { method: scale, few_shot_ratio: 0.1, warm_up_rounds: 2 }
cluster: { executors: 2, slots: 4 }
`,
  );
  const { code, runId, stderr } = await search(join(folder, 'undisturbed'));
  expect(code, stderr).toBe(0);
  expectedRunId = runId;
  undisturbed = await runLog(join(folder, 'undisturbed'), runId);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Checks that what had a result when something was killed was not asked of a model again. */
async function expectNothingTwice(dataFolder: string, finished: Set<string>, seenMs: number): Promise<void> {
  // By when they began: the line of a call comes when it has ended, on a busy machine after its result.
  const again = (await servedCalls(join(dataFolder, 'calls.jsonl'))).filter(
    ({ jobId, beganMs }) => finished.has(jobId) && beganMs > seenMs,
  );
  expect(again).toEqual([]);
}

/** @returns false if it has ended by itself meanwhile */
function endNow(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

describe('kill -9 at a random moment of', () => {
  it.each(['coordinator', 'executor', 'predictor', 'simulator', 'nats-server'])(
    'the %s: the search goes on to the same log, and nothing that was finished is done again',
    async (service) => {
      const dataFolder = join(folder, service);
      const random = randomStream(seed, service);
      let finished = new Set<string>();
      let seenMs = 0;
      const { code, stderr, runId } = await search(dataFolder, async (ownerPid) => {
        await untilCalls(dataFolder, 15 + randomInteger(random, 100));
        const pid = (await clusterProcesses(ownerPid)).get(service)?.[0];
        expect(pid, `a running ${service}`).toBeDefined();
        finished = await storedResults(dataFolder, expectedRunId);
        seenMs = Date.now();
        if (pid) process.kill(pid, 'SIGKILL');
      });
      expect(code, stderr).toBe(0);
      expect(finished.size).toBeGreaterThan(0);
      expect(Buffer.compare(await runLog(dataFolder, runId), undisturbed), 'the log differs from the undisturbed one').toBe(0);
      await expectNothingTwice(dataFolder, finished, seenMs);
    },
  );

  it('each service, before it is ready: it is started again, which is said, and the search ends with the same log', async () => {
    const services = ['coordinator', 'executor', 'predictor', 'simulator', 'nats-server'];
    const killed = new Set<string>();
    const { code, stderr, runId } = await search(join(folder, 'starting'), async (ownerPid) => {
      while (killed.size < services.length) {
        const processes = await clusterProcesses(ownerPid);
        for (const service of services) {
          const pid = processes.get(service)?.[0];
          if (pid === undefined || killed.has(service)) continue;
          if (endNow(pid)) killed.add(service);
        }
        await sleep(5);
      }
    });
    expect(code, stderr).toBe(0);
    for (const service of services) expect(stderr).toMatch(new RegExp(`${service}.* SIGKILL.*; starting it again`));
    const log = await runLog(join(folder, 'starting'), runId);
    expect(Buffer.compare(log, undisturbed), 'the log differs from the undisturbed one').toBe(0);
  });

  it('the whole cluster with its owner: the same command goes on to the same log', async () => {
    const dataFolder = join(folder, 'everything');
    let finished = new Set<string>();
    let seenMs = 0;
    const first = await search(dataFolder, async (ownerPid) => {
      await untilCalls(dataFolder, 60);
      finished = await storedResults(dataFolder, expectedRunId);
      seenMs = Date.now();
      const processes = [...(await clusterProcesses(ownerPid)).values()].flat();
      for (const pid of [ownerPid, ...processes]) process.kill(pid, 'SIGKILL');
    });
    expect(first.code).not.toBe(0);
    const second = await search(dataFolder);
    expect(second.code, second.stderr).toBe(0);
    expect(finished.size).toBeGreaterThan(0);
    expect(Buffer.compare(await runLog(dataFolder, second.runId), undisturbed), 'the log differs from the undisturbed one').toBe(
      0,
    );
    await expectNothingTwice(dataFolder, finished, seenMs);
  });

  it.each([
    ['goes on from the log that the coordinator remembers', [], /written again from the coordinator's memory/],
    ['and whose coordinator dies with it begins anew', ['coordinator'], /was started again from its file/],
  ])('the nats-server, whose store is wiped: the search %s, says so, and ends with the same log', async (_, alsoKilled, said) => {
    const dataFolder = join(folder, `wiped-${alsoKilled.length}`);
    const { code, stderr, runId } = await search(dataFolder, async (ownerPid) => {
      await untilCalls(dataFolder, 60);
      const processes = await clusterProcesses(ownerPid);
      // Moved away first: the server is started again at once.
      await rename(join(dataFolder, 'nats', 'jetstream'), join(dataFolder, 'lost'));
      for (const service of ['nats-server', ...alsoKilled]) {
        for (const pid of processes.get(service) ?? []) process.kill(pid, 'SIGKILL');
      }
    });
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(said);
    expect(Buffer.compare(await runLog(dataFolder, runId), undisturbed), 'the log differs from the undisturbed one').toBe(0);
  });

  it('the command alone: its services end with it, and the same command goes on', async () => {
    const dataFolder = join(folder, 'owner');
    let orphans: number[] = [];
    await search(dataFolder, async (ownerPid) => {
      await untilCalls(dataFolder, 30);
      const processes = await clusterProcesses(ownerPid);
      orphans = [...processes].flatMap(([service, pids]) => (service === 'nats-server' ? [] : pids));
      process.kill(ownerPid, 'SIGKILL');
    });
    expect(orphans.length).toBeGreaterThanOrEqual(4);
    await expect.poll(() => orphans.filter(isAlive)).toEqual([]);
    const second = await search(dataFolder);
    expect(second.code, second.stderr).toBe(0);
    expect(Buffer.compare(await runLog(dataFolder, second.runId), undisturbed), 'the log differs from the undisturbed one').toBe(
      0,
    );
  });
});

/** The moment is counted in model calls: a clock would kill a slow machine's cluster before it is there. */
async function untilCalls(dataFolder: string, count: number): Promise<void> {
  const calls = join(dataFolder, 'calls.jsonl');
  while ((await servedCalls(calls)).length < count) await sleep(20);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
