import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
const script = join(import.meta.dirname, '../../../scripts/setup-nats-server');
const archive = `nats-server-v2.10.27-${platform()}-${arch() === 'x64' ? 'amd64' : arch()}.tar.gz`;
/** All that the script may need on a machine that has no apt. */
const programs = ['bash', 'cat', 'curl', 'dirname', 'find', 'grep', 'gzip', 'head', 'mkdir', 'mktemp', 'mv', 'rm', 'sed'];
programs.push('sha256sum', 'sort', 'tail', 'tar', 'tr', 'uname', 'wget');

let folder: string;
let tools: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-setup-'));
  tools = join(folder, 'tools');
  await mkdir(join(folder, 'bin'));
  for (const program of programs) await linkProgram(program);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function linkProgram(program: string): Promise<void> {
  for (const place of (process.env.PATH ?? '').split(':')) {
    const found = join(place, program);
    if (
      await access(found).then(
        () => true,
        () => false,
      )
    )
      return symlink(found, join(folder, 'bin', program));
  }
}

async function plantServer(place: string, version: string): Promise<string> {
  await mkdir(join(folder, place), { recursive: true });
  const path = join(folder, place, 'nats-server');
  await writeFile(path, `#!/bin/sh\necho 'nats-server: v${version}'\n`);
  await chmod(path, 0o755);
  return path;
}

/** A mirror of the official releases with one archive in it. */
async function serveRelease(files: Record<string, Buffer | string>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const name = (request.url ?? '').split('/').at(-1) ?? '';
    asked.push(name);
    response.writeHead(name in files ? 200 : 404).end(files[name]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, [Symbol.dispose]: () => void server.close() };
}

async function packServer(): Promise<Buffer> {
  await plantServer('release', '2.10.27');
  await run('tar', ['-czf', join(folder, archive), '-C', folder, 'release']);
  return readFile(join(folder, archive));
}

const sums = (content: Buffer | string) => `${createHash('sha256').update(content).digest('hex')}  ${archive}\n`;

const setUp = (environment: Record<string, string> = {}, ...words: string[]) =>
  run(script, words, {
    env: {
      PATH: join(folder, 'bin'),
      SYSTEM_FOLDERS: '',
      TOOLS_FOLDER: tools,
      NATS_SERVER_RELEASES: 'http://127.0.0.1:9',
      no_proxy: '127.0.0.1',
      ...environment,
    },
  });

test('without apt the official release is brought, once', async () => {
  const content = await packServer();
  using release = await serveRelease({ [archive]: content, SHA256SUMS: sums(content) });
  const { stderr } = await setUp({ NATS_SERVER_RELEASES: release.url });
  expect(stderr).toContain(`nats-server 2.10.27 is in ${tools}`);
  expect(release.asked).toEqual(['SHA256SUMS', archive]);
  expect((await readdir(tools)).sort()).toEqual(['nats-server', 'nats-server.log']);
  expect(await setUp({ NATS_SERVER_RELEASES: release.url })).toEqual({ stdout: '', stderr: '' });
  expect(release.asked).toHaveLength(2);
});

test('an archive that differs from its checksum is not used', async () => {
  const content = await packServer();
  using release = await serveRelease({ [archive]: content, SHA256SUMS: sums('something else') });
  await expect(setUp({ NATS_SERVER_RELEASES: release.url })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('FAILED'),
  });
  expect(await readdir(tools)).toEqual(['nats-server.log']);
});

test('an archive that the checksums do not name is not used', async () => {
  const content = await packServer();
  using release = await serveRelease({ [archive]: content, SHA256SUMS: sums(content).replace(archive, 'other.tar.gz') });
  await expect(setUp({ NATS_SERVER_RELEASES: release.url })).rejects.toMatchObject({ code: 1 });
  expect(await readdir(tools)).toEqual(['nats-server.log']);
});

test('when nothing can be downloaded, the message says what to do', async () => {
  using release = await serveRelease({});
  await expect(setUp({ NATS_SERVER_RELEASES: release.url })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /no nats-server could be downloaded.*Install nats-server 2\.10\.23 or newer.*set NATS_SERVER_BIN/s,
    ),
  });
});

test('a server that is new enough is left alone, and one that is not is no hindrance', async () => {
  await plantServer('bin', '2.10.23');
  expect(await setUp()).toEqual({ stdout: '', stderr: '' });
  await expect(access(tools)).rejects.toThrow('ENOENT');
  await plantServer('bin', '2.9.10');
  const content = await packServer();
  using release = await serveRelease({ [archive]: content, SHA256SUMS: sums(content) });
  await setUp({ NATS_SERVER_RELEASES: release.url });
  expect(await readdir(tools)).toContain('nats-server');
});

test('a server that NATS_SERVER_BIN names must do', async () => {
  expect(await setUp({ NATS_SERVER_BIN: await plantServer('new', '2.12.0') })).toEqual({ stdout: '', stderr: '' });
  const old = await plantServer('old', '2.10.9');
  await expect(setUp({ NATS_SERVER_BIN: old })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`NATS_SERVER_BIN names ${old}, which is no nats-server of 2.10.23 or newer`),
  });
});

test('the newest is brought beside what is there, and looked for nowhere else', async () => {
  await plantServer('bin', '2.15.0');
  const name = archive.replace('2.10.27', '2.15.2');
  await plantServer('release', '2.15.2');
  await run('tar', ['-czf', join(folder, name), '-C', folder, 'release']);
  const content = await readFile(join(folder, name));
  using release = await serveRelease({ [name]: content, SHA256SUMS: sums(content).replace(archive, name) });
  const { stderr } = await setUp({ NATS_SERVER_RELEASES: release.url }, '--newest');
  expect(stderr).toContain(`nats-server 2.15.2 is in ${tools}/newest`);
  expect(await setUp({ NATS_SERVER_RELEASES: release.url }, '--newest')).toEqual({ stdout: '', stderr: '' });
  expect(release.asked).toEqual(['SHA256SUMS', name]);
  const old = await plantServer('old', '2.10.27');
  await expect(setUp({ NATS_SERVER_NEWEST_BIN: old }, '--newest')).rejects.toMatchObject({
    stderr: expect.stringContaining(`NATS_SERVER_NEWEST_BIN names ${old}`),
  });
});
