import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceStartError, startChildService } from '../../../../services/cli/cluster/child-service.ts';

const never = new AbortController().signal;
const source = (name: string) => pathToFileURL(join(import.meta.dirname, '../../../../services/shared/settings', name)).href;
let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-environment-'));
  script = join(folder, 'service.mjs');
  await writeFile(
    script,
    `import { environmentFromParent } from '${source('environment-from-parent.ts')}';
const before = process.env.SCALE_MADE_UP ?? 'nothing';
await environmentFromParent();
const addresses = { before, after: process.env.SCALE_MADE_UP ?? 'nothing', kept: process.env.KEPT ?? '', switch: process.env.SCALE_PARENT_ENVIRONMENT ?? 'gone' };
process.send({ type: 'service-running', service: 'made-up', addresses });
setInterval(() => {}, 1000);
`,
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const command = (laterEnvironment?: Promise<Record<string, string>>) => ({
  ...{ name: 'made-up', script, environment: { KEPT: 'yes', SCALE_MADE_UP: 'early' }, logFile: join(folder, 'log') },
  ...(laterEnvironment && { laterEnvironment }),
});

describe('environmentFromParent', () => {
  it('waits for what the parent sends later, however late or early that is', async () => {
    for (const ms of [0, 500]) {
      const service = await startChildService(command(sleep(ms, { SCALE_MADE_UP: 'late' })), never);
      expect(service.addresses).toEqual({ before: 'early', after: 'late', kept: 'yes', switch: 'gone' });
      await service.kill();
    }
  });

  it('goes on at once where the environment is whole', async () => {
    const service = await startChildService(command(), never);
    expect(service.addresses).toMatchObject({ before: 'early', after: 'early' });
    await service.kill();
  });

  it('is ended where the rest will not come, and the start says why', async () => {
    const error = new Error('the bus did not start');
    const later = sleep(300).then((): Record<string, string> => {
      throw error;
    });
    await expect(startChildService(command(later), never)).rejects.toBe(error);
  });

  it('a program that ends before it has its environment has failed to start', async () => {
    const broken = join(folder, 'broken.mjs');
    await writeFile(broken, 'process.exit(7)');
    const pending = new Promise<Record<string, string>>(() => undefined);
    const start = startChildService({ ...command(pending), script: broken }, never);
    await expect(start).rejects.toThrow(ServiceStartError);
    await expect(start).rejects.toThrow('made-up did not start: it ended with exit status 7');
  });
});
