import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { identifyProcess } from '../../../../services/shared/toolchain/process-identity.ts';

const services = join(import.meta.dirname, '../../../../services');
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

interface Settings {
  readonly start: string;
  readonly leash?: 'none' | 'stdin' | 'ipc';
  readonly drainWithinMs?: number;
  /** A file instead of the pipe whose lines are collected. */
  readonly stderr?: number;
}

/** A service in a process of its own whose start has this body; its log is collected line by line. */
function runServiceProcess({ start, leash = 'none', drainWithinMs = 5_000, stderr }: Settings) {
  const script = `
    const { runService } = await import('${services}/shared/lifecycle/run-service.ts');
    const { createLogger } = await import('${services}/shared/telemetry/logger.ts');
    const log = createLogger({ service: 'example', version: '0', level: 'info' });
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    // Keeps the process alive as a real service's connections do.
    setInterval(() => {}, 1_000);
    await runService({ name: 'example', log, leash: '${leash}', drainWithinMs: ${drainWithinMs},
      start: async (service) => { ${start}; return { example: 'here' }; } });`;
  const stdio: StdioOptions = ['pipe', 'ignore', stderr ?? 'pipe', ...(leash === 'ipc' ? (['ipc'] as const) : [])];
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio });
  children.add(child);
  const lines: string[] = [];
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    const complete = text.split('\n');
    text = complete.pop() ?? '';
    lines.push(...complete.map((line) => (JSON.parse(line) as { msg: string }).msg));
  });
  const logged = (message: string) => expect.poll(() => lines).toContain(message);
  const exited = once(child, 'exit').then(([status, signal]) => (signal ?? status) as string | number);
  return { child, lines, logged, exited };
}

const releaseAfter = (ms: number) =>
  `service.releases.push('the work', async () => { await sleep(${ms}); log.info('released'); })`;
const releaseNever = "service.releases.push('the work', () => new Promise(() => {}))";

test.each(['SIGTERM', 'SIGINT'] as const)('the first %s drains, and the exit status is 0', async (signal) => {
  const { child, lines, logged, exited } = runServiceProcess({ start: releaseAfter(50) });
  await logged('running');
  child.kill(signal);
  expect(await exited).toBe(0);
  expect(lines).toEqual(['running', 'draining', 'released', 'stopped']);
});

test('the second signal forces, and the exit status is that signal', async () => {
  const { child, logged, exited } = runServiceProcess({ start: releaseNever, drainWithinMs: 60_000 });
  await logged('running');
  child.kill('SIGTERM');
  await logged('draining');
  child.kill('SIGINT');
  expect(await exited).toBe('SIGINT');
});

test('a drain that takes too long is forced, and the exit status is not 0', async () => {
  const { child, lines, logged, exited } = runServiceProcess({ start: releaseNever, drainWithinMs: 50 });
  await logged('running');
  child.kill('SIGTERM');
  expect(await exited).toBe(1);
  expect(lines).toContain('did not drain in time');
});

test('what heeds the forced signal is still released', async () => {
  const start = `service.releases.push('the work', () => new Promise((resolve) => {
    service.forced.addEventListener('abort', () => { log.info('dropped'); resolve(); }); }))`;
  const { child, lines, logged, exited } = runServiceProcess({ start, drainWithinMs: 50 });
  await logged('running');
  child.kill('SIGTERM');
  expect(await exited).toBe(1);
  expect(lines).toEqual(['running', 'draining', 'did not drain in time', 'dropped', 'stopped']);
});

test('a signal during the start ends it, and what it still acquires is released', async () => {
  const start = `service.ending.addEventListener('abort', () => ${releaseAfter(0)}); log.info('waiting');
    await new Promise((resolve) => service.ending.addEventListener('abort', resolve))`;
  const { child, lines, logged, exited } = runServiceProcess({ start });
  await logged('waiting');
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  expect(lines).toEqual(['waiting', 'draining', 'released', 'stopped']);
});

test('a start that fails, or an error in the background, releases and exits with 1', async () => {
  const failedStart = runServiceProcess({ start: `${releaseAfter(0)}; throw new Error('no bus')` });
  expect(await failedStart.exited).toBe(1);
  expect(failedStart.lines).toEqual(['failed', 'released', 'stopped']);
  const failedLater = runServiceProcess({ start: `${releaseAfter(0)}; setTimeout(() => service.fail(new Error('gone')), 50)` });
  expect(await failedLater.exited).toBe(1);
  expect(failedLater.lines).toEqual(['running', 'failed', 'released', 'stopped']);
});

test('an error that nobody caught, and a rejection that nobody handled, are logged and fatal', async () => {
  const thrown = runServiceProcess({ start: "setTimeout(() => { throw new Error('oops') }, 50)" });
  const rejected = runServiceProcess({ start: "setTimeout(() => { Promise.reject(new Error('oops')) }, 50)" });
  for (const { exited, lines } of [thrown, rejected]) {
    expect(await exited).toBe(1);
    expect(lines).toEqual(['running', 'uncaught error']);
  }
});

test('a service on a leash ends when its parent closes the channel, however long its drain would take', async () => {
  for (const leash of ['stdin', 'ipc'] as const) {
    const { child, lines, logged, exited } = runServiceProcess({ start: releaseNever, leash, drainWithinMs: 60_000 });
    await logged('running');
    if (leash === 'stdin') child.stdin?.destroy();
    else child.disconnect();
    expect(await exited).toBe(1);
    expect(lines).toContain('the parent process is gone: ending at once');
  }
});

test('a service on a leash ends when its parent is killed', async () => {
  const parentScript = `
    const { spawn } = await import('node:child_process');
    const child = spawn(process.execPath, ['--input-type=module', '-e', process.argv[1]], { stdio: ['pipe', 'ignore', 'ignore'] });
    setInterval(() => {}, 1_000);
    console.log(child.pid);`;
  const script = `
    const { runService } = await import('${services}/shared/lifecycle/run-service.ts');
    const { createLogger } = await import('${services}/shared/telemetry/logger.ts');
    const log = createLogger({ service: 'example', version: '0', level: 'silent' });
    setInterval(() => {}, 1_000);
    await runService({ name: 'example', log, leash: 'stdin', drainWithinMs: 60_000, start: async () => ({}) });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', parentScript, script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(parent);
  const [line] = (await once(parent.stdout as Readable, 'data')) as [Buffer];
  const pid = Number(line.toString());
  expect(await identifyProcess(pid)).toBeDefined();
  parent.kill('SIGKILL');
  await expect.poll(() => identifyProcess(pid)).toBeUndefined();
});

test('a service on a leash leaves Ctrl-C to its parent', async () => {
  const { child, lines, logged, exited } = runServiceProcess({ start: releaseAfter(0), leash: 'stdin' });
  await logged('running');
  child.kill('SIGINT');
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  expect(lines).toEqual(['running', 'draining', 'released', 'stopped']);
});

test('over IPC the parent is told when the service is at work, and where', async () => {
  const { child, exited } = runServiceProcess({ start: '', leash: 'ipc' });
  const [announcement] = await once(child, 'message');
  expect(announcement).toEqual({ type: 'service-running', service: 'example', addresses: { example: 'here' } });
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
});

test('a failure ends with the exit status of its kind, and one that nobody foresaw with 1', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const listen = `const { startHealthServer } = await import('${services}/shared/lifecycle/health-server.ts');
    await startHealthServer({ host: '127.0.0.1', port: ${port} });`;
  expect(await runServiceProcess({ start: listen }).exited).toBe(2);
  expect(await runServiceProcess({ start: 'throw new TypeError("a defect")' }).exited).toBe(1);
  taken.close();
});

test.each([
  ['an uncaught error', 'setTimeout(() => { throw new Error("uncaught"); }, 20)', 1],
  ['a drain', 'setTimeout(() => process.kill(process.pid, "SIGTERM"), 20)', 0],
])('a log that cannot be written changes nothing: %s ends with its own exit status', async (_, start, status) => {
  const full = await open('/dev/full', 'w');
  const { child, exited } = runServiceProcess({ start, stderr: full.fd });
  expect(child.stderr).toBeNull();
  expect(await exited).toBe(status);
  await full.close();
});
