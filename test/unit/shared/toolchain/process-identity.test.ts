import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownProcessId, processHasEnded } from '../../../../services/shared/toolchain/process-identity.ts';

const source = join(import.meta.dirname, '../../../../services/shared/toolchain/process-identity.ts');

test('another process of this machine is known to have ended as soon as it has, and no process elsewhere ever is', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-identity-'));
  const script = join(folder, 'tell.ts');
  await writeFile(
    script,
    `import { ownProcessId } from '${source}';\nprocess.send?.(ownProcessId());\nsetInterval(() => {}, 1000);\n`,
  );
  const child = fork(script, [], { execArgv: [] });
  const [id] = (await once(child, 'message')) as [string];
  expect(processHasEnded(id)).toBe(false);
  expect(processHasEnded(ownProcessId() ?? '')).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processHasEnded(id)).toBe(true);
  // A later process with the same number is not that one; a number in another container or machine says nothing here.
  const [place = '', pid = '', ticks = ''] = id.split(':');
  const [own = '', ownPid = '', ownTicks = ''] = ownProcessId()?.split(':') ?? [];
  expect(place).toBe(own);
  expect(processHasEnded(`${own}:${ownPid}:${Number(ownTicks) - 1}`)).toBe(true);
  expect(processHasEnded(`elsewhere:${pid}:${ticks}`)).toBe(false);
  expect(processHasEnded('3f1c9a52-7f1b-4a0e-9d5f-6f0f6a0e6d3b')).toBe(false);
  await rm(folder, { recursive: true, force: true });
});
