import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servedCalls } from '../support/cluster/local-run.ts';
import { emptyDisk, fillDisk, hasSmallDisks, onSmallDisk } from '../support/faults/small-disk.ts';
import { startCli } from '../support/run-cli.ts';

let folder: string;
let runFile: string;
let canMount: boolean;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-disk-'));
  await mkdir(join(folder, 'disk'));
  canMount = hasSmallDisks(join(folder, 'disk'));
  if (!canMount) console.warn('a tmpfs cannot be mounted here: only the unit tests speak of full disks');
  runFile = join(folder, 'disk.yaml');
  await writeFile(
    runFile,
    `name: disk
seed: 3
benchmark: { name: sample, limit: 30 }
search: { max_rounds: 4, convergence: off }
evaluation: { method: full }
cluster: { executors: 1, slots: 4 }
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('a start on a full disk is refused with one sentence and status 3', async () => {
  if (!canMount) return;
  const disk = join(folder, 'disk');
  const fill = ['sh', '-c', 'head -c 4000000 /dev/zero > "$0"/ballast; exec "$@"', disk];
  const within = [...onSmallDisk(disk, '1m'), ...fill];
  const { code, stdout, stderr } = await startCli(['run', runFile, '--data-dir', join(disk, 'data')], { within }).ended;
  // What a run says of itself beforehand apart, its last word is the only one about the disk, and there is no stack.
  expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
    /^scale: the disk that holds .*data is full: 0\.0 MB free; free some space and/,
  );
  expect(stderr.match(/is full/g)).toHaveLength(1);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stdout).toBe('');
  expect(code).toBe(3);
});

it('a data folder that cannot be made is refused with one sentence and status 3', async () => {
  const { code, stderr } = await startCli(['run', runFile, '--data-dir', join(runFile, 'data')]).ended;
  expect(stderr).toMatch(
    /^scale: .*disk\.yaml\/data\/runs cannot be made: a part of the path is not a folder \(ENOTDIR\); .*name a writable folder with --data-dir\n$/,
  );
  expect(code).toBe(3);
});

it('a disk that is full for a while is named and waited for, and the run ends with the log of one that was not disturbed', async () => {
  if (!canMount) return;
  const copy = join(folder, 'disturbed.binpb');
  const run = async (dataFolder: string, within: readonly string[], during?: (pid: number) => Promise<void>) => {
    const calls = join(folder, `${within.length}.jsonl`);
    const command = startCli(['run', runFile, '--data-dir', dataFolder, '--json'], {
      within,
      environment: { SCALE_SIMULATOR_ACCESS_LOG: calls, SCALE_SIMULATOR_FIRST_TOKEN_MS: '60', COPY: copy },
    });
    if (during) {
      while ((await servedCalls(calls)).length < 45) await sleep(20);
      await during(command.child.pid ?? 0);
    }
    const { code, stdout, stderr } = await command.ended;
    expect(code, stderr).toBe(0);
    return { stderr, files: (JSON.parse(stdout) as { files: { log: string } }).files };
  };
  const undisturbed = await run(join(folder, 'undisturbed'), []);

  const disk = join(folder, 'disk');
  // The disk goes with the command: its log is copied by the shell that started it.
  const keep = ['sh', '-c', '"$@"; status=$?; cp "$0"/data/runs/*/events.binpb "$COPY"; exit $status', disk];
  const disturbed = await run(join(disk, 'data'), [...onSmallDisk(disk, '24m'), ...keep], async (pid) => {
    fillDisk(pid, disk);
    await sleep(8_000);
    emptyDisk(pid, disk);
  });
  expect(disturbed.stderr).toMatch(
    /Waiting.*: the disk that holds .*data is full: 0\.0 MB free\. Free some space; the run continues by itself\./,
  );
  expect(disturbed.stderr).toContain('Continuing, after');
  expect(Buffer.compare(await readFile(copy), await readFile(undisturbed.files.log))).toBe(0);
});
