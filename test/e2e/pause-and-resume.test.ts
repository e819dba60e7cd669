import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import { connectControl } from '../../services/shared/control-client/control-client.ts';
import { servedCalls } from '../support/cluster/local-run.ts';
import { startCli } from '../support/run-cli.ts';

const seed = Number(process.env.SCALE_TEST_SEED ?? 1);
const never = new AbortController().signal;
const pauses = 12;
let folder: string;
let runFile: string;

beforeAll(async () => {
  console.info(`seed ${seed}; set SCALE_TEST_SEED for another`);
  folder = await mkdtemp(join(tmpdir(), 'scale-pause-'));
  runFile = join(folder, 'pause.yaml');
  await writeFile(
    runFile,
    `name: pause
seed: 3
benchmark: { name: sample, limit: 40 }
search: { max_rounds: 3, convergence: off }
evaluation: { method: full }
cluster: { executors: 2, slots: 4 }
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the search, to its end. @param during may steer it */
async function search(name: string, during?: (run: { steer: Steer; served(): Promise<number> }) => Promise<void>) {
  const dataFolder = join(folder, name);
  const calls = join(folder, `${name}.jsonl`);
  const command = startCli(['run', runFile, '--data-dir', dataFolder, '--json'], {
    environment: { SCALE_SIMULATOR_ACCESS_LOG: calls, SCALE_SIMULATOR_FIRST_TOKEN_MS: '150' },
  });
  const served = async (): Promise<number> => (await servedCalls(calls)).length;
  if (during) {
    while ((await served()) === 0) await sleep(20);
    await during({ steer: await steerOf(dataFolder), served });
  }
  const { code, stdout, stderr } = await command.ended;
  expect(code, stderr).toBe(0);
  const { files } = JSON.parse(stdout) as { readonly files: { readonly log: string } };
  const asked = (await servedCalls(calls)).map(({ jobId, callId }) => `${jobId} ${callId}`);
  return { stderr, log: await readFile(files.log), asked };
}

interface Steer {
  pause(reason: string): Promise<unknown>;
  resume(): Promise<unknown>;
}

async function steerOf(dataFolder: string): Promise<Steer> {
  const text = await readFile(join(dataFolder, 'cluster.json'), 'utf8');
  const { controlAddress, controlToken } = JSON.parse(text) as { readonly controlAddress: string; readonly controlToken: string };
  const client = connectControl(controlAddress, { token: controlToken });
  const { runs } = await client.listRuns(never);
  const runId = runs[0]?.runId ?? '';
  return { pause: (reason) => client.pauseRun(runId, reason, never), resume: () => client.resumeRun(runId, never) };
}

it(`a run that is paused and resumed ${pauses} times ends with the log of one that was not, and no call is made twice`, async () => {
  const undisturbed = await search('undisturbed');
  const random = randomStream(seed, 'pauses');
  const steered = await search('steered', async ({ steer, served }) => {
    for (let count = 1; count <= pauses; count += 1) {
      // Spread over the first two thirds of the calls, on a machine of any speed.
      const until = Math.floor((count * undisturbed.asked.length * 2) / (3 * pauses));
      while ((await served()) < until) await sleep(10);
      await sleep(randomInteger(random, 150));
      await steer.pause('a look');
      await sleep(randomInteger(random, 400));
      await steer.resume();
    }
  });
  expect(steered.stderr).toContain('the run is paused: a look');
  expect(Buffer.compare(steered.log, undisturbed.log), 'the log differs from the undisturbed one').toBe(0);
  expect(steered.asked.toSorted()).toEqual(undisturbed.asked.toSorted());
  expect(new Set(steered.asked).size).toBe(steered.asked.length);
});
