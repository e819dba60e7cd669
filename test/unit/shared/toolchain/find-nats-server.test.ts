import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findNatsServer, NatsServerNotFoundError } from '../../../../services/shared/toolchain/find-nats-server.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-find-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function plantServer(name: string, version: string): Promise<string> {
  await mkdir(join(folder, name), { recursive: true });
  const path = join(folder, name, 'nats-server');
  await writeFile(path, `#!/bin/sh\necho 'nats-server: v${version}'\n`);
  await chmod(path, 0o755);
  return path;
}

const search = (environment: Record<string, string>) =>
  findNatsServer({
    environment: { PATH: join(folder, 'path'), ...environment },
    toolsFolder: join(folder, 'tools'),
    systemFolders: [],
  });

test('the server that NATS_SERVER_BIN names comes before one on PATH', async () => {
  await plantServer('path', '2.15.1');
  const named = await plantServer('named', '2.10.23');
  expect(await search({ NATS_SERVER_BIN: named })).toEqual({ path: named, version: '2.10.23', origin: 'NATS_SERVER_BIN' });
});

test('a server that NATS_SERVER_BIN names and that is too old is refused, whatever else there is', async () => {
  await plantServer('path', '2.15.1');
  const named = await plantServer('named', '2.9.10');
  await expect(search({ NATS_SERVER_BIN: named })).rejects.toThrow(`${named} is 2.9.10`);
});

test('a server on PATH comes before the downloaded one, unless it is too old', async () => {
  const tools = await plantServer('tools', '2.10.27');
  await plantServer('path', '2.10.22');
  expect(await search({})).toMatchObject({ path: tools, origin: 'downloaded' });
  const onPath = await plantServer('path', '2.11.0');
  expect(await search({})).toMatchObject({ path: onPath, version: '2.11.0', origin: 'PATH' });
});

test('when NATS_SERVER_BIN names nothing, or no nats-server, the error tells which', async () => {
  const missing = search({ NATS_SERVER_BIN: join(folder, 'nothing') });
  await expect(missing).rejects.toThrow(NatsServerNotFoundError);
  await expect(missing).rejects.toThrow(/nothing cannot be run: .*ENOENT.*Run scripts\/setup/s);
  const other = join(folder, 'other');
  await writeFile(other, '#!/bin/sh\necho hello\n');
  await chmod(other, 0o755);
  await expect(search({ NATS_SERVER_BIN: other })).rejects.toThrow(/is not nats-server: --version prints "hello"/);
});
