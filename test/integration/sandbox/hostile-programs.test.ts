import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isolationLevels } from '../../../services/shared/sandbox/isolation.ts';
import { createSandbox, type Sandbox, type SandboxSettings } from '../../../services/shared/sandbox/sandbox.ts';
import { SandboxError } from '../../../services/shared/sandbox/sandbox-error.ts';
import { isPythonHere } from '../../support/python-here.ts';
import { forgeries, forgeryTests, harmfulPrograms, type Targets } from './hostile-programs.ts';

const secret = 'a-key-that-no-program-may-see';
const folder = await mkdtemp(join(tmpdir(), 'scale-hostile-'));
await chmod(folder, 0o755);
// The sandbox's own folders lie in here, which tells its processes from others on the machine.
process.env.TMPDIR = folder;
const privateFile = join(folder, 'private');
const publicFile = join(folder, 'public');
await writeFile(privateFile, secret, { mode: 0o600 });
await writeFile(publicFile, secret, { mode: 0o644 });
let connections = 0;
const server = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const targets: Targets = { port, privateFile, publicFile, newFile: join(folder, 'new') };
const signal = AbortSignal.timeout(300_000);

process.env.SCALE_TEST_SECRET = secret;
afterAll(async () => {
  delete process.env.SCALE_TEST_SECRET;
  delete process.env.TMPDIR;
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** The levels that this machine has; plain works everywhere, so that there is always one. */
async function levelsHere(): Promise<SandboxSettings[]> {
  const found: SandboxSettings[] = [];
  for (const onlyIsolation of isolationLevels) {
    const settings: SandboxSettings = { environment: process.env, onlyIsolation, concurrency: 2 };
    try {
      await (await createSandbox(settings)).close();
      found.push(settings);
    } catch (error) {
      if (!(error instanceof SandboxError)) throw error;
    }
  }
  return found;
}

const levels = await levelsHere();

test.skipIf(!isPythonHere)('plain isolation works on every machine', () => {
  expect(levels[0]).toMatchObject({ onlyIsolation: 'plain' });
});

describe.each(levels)('with isolation $onlyIsolation', (settings) => {
  let sandbox: Sandbox;
  let warm: string[];
  const lag = monitorEventLoopDelay({ resolution: 5 });
  beforeAll(async () => {
    sandbox = await createSandbox(settings);
    warm = await warmUp();
    expect(warm.length).toBeGreaterThanOrEqual(2);
    lag.enable();
  });
  afterAll(() => sandbox.close());

  const warmUp = async (): Promise<string[]> => {
    const program = { code: 'import time\ntime.sleep(0.2)', timeLimitMs: 20_000 };
    await Promise.all([sandbox.run(program, signal), sandbox.run(program, signal)]);
    return await ownProcesses();
  };
  /** An interpreter that a slow machine kept from answering in time was killed, and another is there once it is needed. */
  const expectOnlyInterpreters = async (): Promise<void> => {
    const found = await ownProcesses();
    if (found.join() === warm.join()) return;
    const anew = await warmUp();
    expect(anew.length, `${found} in place of ${warm}, and then ${anew}`).toBe(warm.length);
    warm = anew;
  };

  const programs = harmfulPrograms(targets);
  test.each(Object.keys(programs))('%s is contained, and judged a failure', async (name) => {
    const program = programs[name];
    if (program === undefined) throw new Error(`there is no program "${name}"`);
    const { code, tests = 'assert f(2) == 4', kinds } = program;
    const verdict = await sandbox.run({ code, tests, timeLimitMs: 400 }, signal);
    expect.soft(kinds, verdict.error).toContain(verdict.kind);
    expect(verdict).toMatchObject({ passed: false, isolation: sandbox.isolation });
    expect(verdict.output + verdict.error).not.toContain(secret);
    expect(verdict.output.length).toBeLessThanOrEqual(65_536);
    await expectOnlyInterpreters();
    await expect(stat(targets.newFile)).rejects.toThrow('ENOENT');
    expect(connections).toBe(0);
  });

  test.each(Object.keys(forgeries))('%s passes nothing off as a success', async (name) => {
    const forgery = forgeries[name] ?? '';
    const [code, tests] = typeof forgery === 'string' ? [forgery, forgeryTests] : forgery;
    const verdict = await sandbox.run({ code, tests, timeLimitMs: 1000 }, signal);
    expect(verdict).toMatchObject({ passed: false });
    expect(verdict.output).not.toContain('found');
    expect(verdict.output).not.toContain('assert');
  });

  test('after all of them an honest program passes, and the event loop was never held up', async () => {
    const verdict = await sandbox.run({ code: 'def f(x):\n    return x * 2', tests: forgeryTests, timeLimitMs: 20_000 }, signal);
    expect(verdict).toMatchObject({ passed: true, kind: 'passed', error: '' });
    expect(lag.max / 1e6).toBeLessThan(10_000);
  });

  test('nothing is left when it is closed', async () => {
    const other = await createSandbox(settings);
    const running = other.run({ code: 'import time\nopen("kept", "w").write("x")\ntime.sleep(60)', timeLimitMs: 60_000 }, signal);
    const settled = expect(running).rejects.toThrow('the sandbox was closed');
    await other.close();
    await settled;
    await expectOnlyInterpreters();
    await sandbox.close();
    expect(await ownProcesses()).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('scale-sandbox-'))).toEqual([]);
  });
});

/** The warm interpreters and all that they have started: a fork keeps the command line, which names the sandbox's folder. */
async function ownProcesses(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(folder)) found.push(pid);
  }
  return found.sort();
}
