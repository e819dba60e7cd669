import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { gsm8k } from '../../../services/shared/benchmarks/releases/gsm8k.ts';
import { exitCodes } from '../../../services/shared/errors/exit-codes.ts';
import { madeUpRelease } from '../../support/benchmarks/made-up-release.ts';
import { type ReleaseHost, startReleaseHost } from '../../support/benchmarks/release-host.ts';
import { type CliRun, startCli } from '../../support/run-cli.ts';

const path = new URL(gsm8k.sources[0]?.parts[0]?.url ?? '').pathname;

let root: string;
let folder: string;
let host: ReleaseHost;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'scale-data-'));
  host = await startReleaseHost(new Map([[path, madeUpRelease]]));
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'folder-'));
  host.requests.length = 0;
});
afterAll(async () => {
  await host[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

/** `scale data`, which finds nothing of this machine's. */
const startData = (...args: readonly string[]): CliRun =>
  startCli(['data', ...args], { environment: { SCALE_DATA: folder, SCALE_DATA_MIRROR: '' } });

describe('scale data', () => {
  it('shows what an empty folder lacks and how to get it; to verify it fails', async () => {
    const [listed, verified] = await Promise.all([startData('list', '--json').ended, startData('verify', 'hotpotqa').ended]);
    expect(listed.code).toBe(exitCodes.ok);
    const document = JSON.parse(listed.stdout);
    expect(document.folder).toBe(folder);
    expect(document.benchmarks.map(({ benchmark }: { benchmark: string }) => benchmark)).toEqual([
      ...['gsm8k', 'math', 'drop', 'hotpotqa', 'humaneval', 'mbpp'],
    ]);
    expect(document.benchmarks[0]).toMatchObject({
      complete: false,
      files: [
        { file: 'gsm8k_validate.jsonl', state: 'missing', expectedRows: 264 },
        { file: 'gsm8k_test.jsonl', state: 'missing', expectedRows: 1055 },
      ],
    });
    expect(verified.code).toBe(exitCodes.failed);
    expect(verified.stdout).toMatch(/hotpotqa_test\.jsonl +- +- +not there: only AFlow's own data archive holds it/);
    expect(verified.stdout).toContain('To get what is missing: `scale data pull hotpotqa`');
  });

  it('pulls what it can, tells what it cannot, and writes no file that is not as it should be', async () => {
    const pulled = await startData('pull', 'gsm8k', 'mbpp', '--mirror', host.url, '--json').ended;
    expect(pulled.code).toBe(exitCodes.failed);
    const { complete, benchmarks } = JSON.parse(pulled.stdout);
    expect(complete).toBe(false);
    expect(benchmarks[0].error).toMatchObject({
      kind: 'wrong-release',
      message: expect.stringContaining('is not the release that AFlow used'),
    });
    expect(benchmarks[1].error).toMatchObject({ kind: 'download', message: expect.stringContaining('answers 404 Not Found') });
    expect(benchmarks[1].error.message).toContain('scale data pull mbpp --from DIR');
    expect(await readdir(folder)).toEqual(['.downloads']);
  });

  it('keeps what has come at Ctrl-C, and goes on from there', async () => {
    host.faults.push({ silentAfter: 100 });
    const first = startData('pull', 'gsm8k', '--mirror', host.url);
    const part = join(folder, '.downloads/gsm8k/127.0.0.1/test.jsonl.part');
    await vi.waitUntil(async () => (await stat(part).catch(() => undefined))?.size === 100, { timeout: 60_000, interval: 20 });
    first.child.kill('SIGINT');
    const { code, stderr } = await first.ended;
    expect(code).toBe(exitCodes.interrupted);
    expect(stderr).toContain('interrupted: what has been downloaded is kept, and the same command continues from there');
    await startData('pull', 'gsm8k', '--mirror', host.url).ended;
    expect(host.requests).toEqual([path, `${path} bytes=100-`]);
  });

  it('refuses to import another file by the name of one of AFlow, and bad input before anything is done', async () => {
    const file = join(root, 'gsm8k_test.jsonl');
    await writeFile(file, '{"question": "Mine?"}\n');
    const [imported, unknown] = await Promise.all([startData('import', file).ended, startData('pull', 'gsm9k').ended]);
    expect(imported.code).toBe(exitCodes.failed);
    expect(imported.stdout).toMatch(/gsm8k_test\.jsonl +1 rows +refused +it has 1 rows, not 1055/);
    expect(unknown.code).toBe(exitCodes.badInput);
    expect(unknown.stderr).toContain('there is no released benchmark "gsm9k"; did you mean "gsm8k"? There are gsm8k, math, drop');
    expect(host.requests).toEqual([]);
  });
});
