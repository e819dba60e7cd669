import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { createSandbox } from '../../../services/shared/sandbox/sandbox.ts';
import { isPythonHere } from '../../support/python-here.ts';

const never = new AbortController().signal;
const folder = await mkdtemp(join(tmpdir(), 'scale-remains-'));
await chmod(folder, 0o755);
process.env.TMPDIR = folder;
afterAll(async () => {
  delete process.env.TMPDIR;
  await rm(folder, { recursive: true, force: true });
});

/** More folders in folders than a path may name, the last of them closed. */
const nesting = `
import os, sys
os.mkdir(sys.argv[1])
os.chdir(sys.argv[1])
for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
os.mkdir("closed", 0)
`;

test.skipIf(!isPythonHere)('what a program of a killed interpreter has left does not keep the next from starting', async () => {
  const sandbox = await createSandbox({ environment: process.env, onlyIsolation: 'plain', concurrency: 1 });
  const [own = ''] = await readdir(folder);
  for (const pid of await interpretersIn(folder)) process.kill(pid, 'SIGKILL');
  await promisify(execFile)('python3', ['-c', nesting, join(folder, own, 'slot-0', 'program')]);
  await expect.poll(() => interpretersIn(folder)).toEqual([]);
  const honest = await sandbox.run({ code: 'print("here")', timeLimitMs: 20_000 }, never);
  expect(honest).toMatchObject({ passed: true, output: 'here\n' });
  await sandbox.close();
  expect(await readdir(folder)).toEqual([]);
});

async function interpretersIn(place: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(place)) found.push(Number(pid));
  }
  return found;
}
