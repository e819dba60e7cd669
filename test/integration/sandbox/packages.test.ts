import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isolationLevels } from '../../../services/shared/sandbox/isolation.ts';
import { createSandbox } from '../../../services/shared/sandbox/sandbox.ts';
import { SandboxError } from '../../../services/shared/sandbox/sandbox-error.ts';
import { isPythonHere } from '../../support/python-here.ts';

const signal = AbortSignal.timeout(300_000);
const program = {
  code: 'import furlongs\n\ndef yards(x):\n    return furlongs.in_yards(x)',
  tests: 'assert yards(2) == 440',
  timeLimitMs: 5_000,
};

let packages = '';
beforeAll(async () => {
  // Not in /tmp, which cages hide; and as any user may read it, for programs are run by one of their own.
  packages = await mkdtemp('/var/tmp/scale-packages-');
  await chmod(packages, 0o755);
  await writeFile(join(packages, 'furlongs.py'), 'def in_yards(x):\n    return 220 * x\n');
});
afterAll(() => rm(packages, { recursive: true }));

describe.skipIf(!isPythonHere)('a folder of packages', () => {
  it.each(isolationLevels)('is what programs may import from, with isolation %s if it works here', async (onlyIsolation) => {
    const opening = createSandbox({ environment: process.env, onlyIsolation, packages, concurrency: 1 });
    const sandbox = await opening.catch((error: unknown) => {
      if (error instanceof SandboxError && error.problem === 'isolation-too-low') return undefined;
      throw error;
    });
    if (!sandbox) return;
    expect(await sandbox.run(program, signal)).toMatchObject({ passed: true });
    await sandbox.close();
  });

  it('is not looked for unless it is named', async () => {
    const sandbox = await createSandbox({ environment: process.env, concurrency: 1 });
    const { passed, error } = await sandbox.run(program, signal);
    expect([passed, error]).toEqual([false, expect.stringContaining("No module named 'furlongs'")]);
    await sandbox.close();
  });

  it.each([
    ['is nowhere', '/nowhere/packages'],
    ['lies where cages hide it', '/tmp'],
    ['is no absolute path', 'packages'],
  ])('is refused if it %s', async (_why, folder) => {
    await expect(createSandbox({ environment: process.env, packages: folder })).rejects.toThrow(
      `SCALE_SANDBOX_PACKAGES is ${folder}, but must be the absolute path`,
    );
  });
});
