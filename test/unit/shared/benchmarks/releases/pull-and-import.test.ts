import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gsm8k } from '../../../../../services/shared/benchmarks/releases/gsm8k.ts';
import { importFiles } from '../../../../../services/shared/benchmarks/releases/import-files.ts';
import type { ReleaseOrigin } from '../../../../../services/shared/benchmarks/releases/load-release.ts';
import { pullBenchmark } from '../../../../../services/shared/benchmarks/releases/pull-benchmark.ts';
import { judgeFile } from '../../../../../services/shared/benchmarks/releases/split-file-state.ts';
import {
  fileOf,
  madeUpBenchmark,
  madeUpGsm8k,
  madeUpRelease,
  manifestOf,
} from '../../../../support/benchmarks/made-up-release.ts';
import { startReleaseHost } from '../../../../support/benchmarks/release-host.ts';
import { tarOf } from '../../../../support/benchmarks/tar.ts';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scale-releases-'));
  folder = join(root, 'data');
});
afterEach(() => rm(root, { recursive: true }));

const notes: string[] = [];
const origin = (from: Pick<ReleaseOrigin, 'from' | 'mirror'>): ReleaseOrigin => ({
  downloads: join(root, 'downloads'),
  settings: { tries: 2, silenceMs: 20_000, firstPauseMs: 1, longestPauseMs: 1 },
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onNote: (sentence) => notes.push(sentence),
  ...from,
});
const path = new URL(gsm8k.sources[0]?.parts[0]?.url ?? '').pathname;
const benchmark = madeUpBenchmark(gsm8k);
const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');

describe('pulling a benchmark', () => {
  it('writes what is missing, leaves what is there, and keeps no download', async () => {
    await using host = await startReleaseHost(new Map([[path, madeUpRelease]]));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'gsm8k_test.jsonl'), fileOf(madeUpGsm8k.test));
    const first = await pullBenchmark(benchmark, folder, origin({ mirror: `${host.url}/` }));
    expect(first.files.map(({ file, written, state }) => [file, written, state])).toEqual([
      ['gsm8k_test.jsonl', false, 'verified'],
      ['gsm8k_validate.jsonl', true, 'verified'],
    ]);
    expect(await read('gsm8k_validate.jsonl')).toBe(fileOf(madeUpGsm8k.validate));
    expect(await readdir(folder)).toHaveLength(2);
    expect(await readdir(join(root, 'downloads'), { recursive: true })).not.toContain('test.jsonl');
    const second = await pullBenchmark(benchmark, folder, origin({ mirror: host.url }));
    expect(second.from).toEqual([]);
    expect(host.requests).toHaveLength(1);
  });

  it('finds one wrong byte, writes nothing, and has it right the next time', async () => {
    await using host = await startReleaseHost(new Map([[path, madeUpRelease]]));
    host.faults.push({ wrongByteAt: madeUpRelease.indexOf('apples') }, { wrongByteAt: madeUpRelease.indexOf('geese') });
    for (const file of ['gsm8k_test.jsonl', 'gsm8k_validate.jsonl']) {
      const pulling = pullBenchmark(benchmark, folder, origin({ mirror: host.url }));
      await expect(pulling).rejects.toThrow(`${file}, as rebuilt from it, is not AFlow's: its rows are not AFlow's`);
      await expect(readdir(folder)).rejects.toThrow();
    }
    await pullBenchmark(benchmark, folder, origin({ mirror: host.url }));
    expect(await read('gsm8k_test.jsonl')).toBe(fileOf(madeUpGsm8k.test));
  });

  it('refuses another version of the release by the hash of what comes of it', async () => {
    const other = Buffer.from(madeUpRelease.toString().replace('apples', 'plums'));
    await using host = await startReleaseHost(new Map([[path, other]]));
    const pulling = pullBenchmark(benchmark, folder, origin({ mirror: host.url }));
    await expect(pulling).rejects.toThrow(
      `${host.url}${path} is not the release that AFlow used: gsm8k_test.jsonl, as rebuilt from it, is not AFlow's: its rows are not AFlow's; get `,
    );
    await expect(pulling).rejects.toThrow(/ in another way and give its folder: `scale data pull gsm8k --from DIR`$/);
  });

  it('goes on to another source where the first is gone', async () => {
    await using host = await startReleaseHost(new Map([['/second', madeUpRelease]]));
    const [source] = gsm8k.sources;
    const at = (url: string) => ({ parts: [{ names: ['test.jsonl'], url }], rowsOf: source?.rowsOf ?? (() => []) });
    const twoSources = { ...benchmark, sources: [at(`${host.url}/first`), at(`${host.url}/second`)] };
    notes.length = 0;
    const pulled = await pullBenchmark(twoSources, folder, origin({}));
    expect(pulled.from).toEqual([`${host.url}/second`]);
    expect(notes).toEqual([`${host.url}/first answers 404 Not Found; trying another source`]);
  });

  it('takes copies from a folder by any of their names, and leaves them there', async () => {
    for (const name of ['test.jsonl', 'gsm8k_full_test.jsonl', 'gsm8k/test.jsonl']) {
      const copies = join(root, 'copies');
      await mkdir(join(copies, 'gsm8k'), { recursive: true });
      await writeFile(join(copies, name), name.startsWith('gsm8k/') ? gzipSync(madeUpRelease) : madeUpRelease);
      const pulled = await pullBenchmark(benchmark, folder, origin({ from: copies }));
      expect(pulled.from).toEqual([join(copies, name)]);
      expect(await readFile(join(copies, name))).toBeDefined();
      await rm(copies, { recursive: true });
      await rm(folder, { recursive: true });
    }
    await expect(pullBenchmark(benchmark, folder, origin({ from: root }))).rejects.toThrow(
      `${root} has no test.jsonl or gsm8k_full_test.jsonl (nor has its folder gsm8k); put test.jsonl of OpenAI's`,
    );
  });

  it("does not overwrite a user's own file of that name", async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'gsm8k_test.jsonl'), '{"mine": 1}\n');
    await expect(pullBenchmark(benchmark, folder, origin({ from: root }))).rejects.toThrow(
      `${join(folder, 'gsm8k_test.jsonl')} is not AFlow's: it has 1 rows, not 2; move it away to get AFlow's in its place`,
    );
    expect(await read('gsm8k_test.jsonl')).toBe('{"mine": 1}\n');
  });
});

describe('judging a file', () => {
  const manifest = manifestOf(madeUpGsm8k.test, { keys: ['0 1'] });
  const rewritten = madeUpGsm8k.test.map((line) => JSON.stringify(JSON.parse(line)));

  it.each([
    ['the very file', fileOf(madeUpGsm8k.test), 'verified', undefined],
    ['the same rows written by another library', fileOf(rewritten), 'same-content', undefined],
    ['rows in another order', fileOf(madeUpGsm8k.test.toReversed()), 'other', "its rows are not AFlow's"],
    ['one byte less', fileOf(madeUpGsm8k.test).replace('pears', 'pear'), 'other', "its rows are not AFlow's"],
    ['half of it', fileOf(madeUpGsm8k.test.slice(1)), 'other', 'it has 1 rows, not 2'],
    ['a broken line', `${madeUpGsm8k.test[0]}\n{"question`, 'other', /^line 2 is not JSON/],
  ])('knows %s', async (_what, text, state, fault) => {
    for (const bytes of [Buffer.from(text), gzipSync(text)]) {
      const judged = await judgeFile(bytes, manifest);
      expect(judged.state).toBe(state);
      if (fault instanceof RegExp) expect(judged.fault).toMatch(fault);
      else expect(judged.fault).toBe(fault);
    }
  });

  it('cannot verify a file of which nothing but its length is known', async () => {
    const unknown = { rows: 2 };
    expect(await judgeFile(Buffer.from(fileOf(madeUpGsm8k.test)), unknown)).toEqual({ state: 'unverified', rows: 2 });
    expect((await judgeFile(Buffer.from('{}\n'), unknown)).state).toBe('other');
  });
});

describe('importing', () => {
  const hotpotTest = Array.from({ length: 800 }, (_, index) => `{"_id": "${index}"}\n`).join('');
  const notAflows = '{"question": "Mine?"}\n';

  it.each([
    ['a copy of AFlow', 'data/datasets'],
    ['an unpacked archive', ''],
  ])('takes what is known from %s, and refuses what is not the file of that name', async (_what, inside) => {
    const from = join(root, 'AFlow');
    await mkdir(join(from, inside), { recursive: true });
    await writeFile(join(from, inside, 'hotpotqa_test.jsonl'), hotpotTest);
    await writeFile(join(from, inside, 'gsm8k_test.jsonl'), notAflows);
    await writeFile(join(from, inside, 'livecodebench_test.jsonl'), notAflows);
    const imported = await importFiles(from, folder);
    expect(imported.map(({ file, what, state }) => [file, what, state]).toSorted()).toEqual([
      ['gsm8k_test.jsonl', 'refused', 'other'],
      ['hotpotqa_test.jsonl', 'written', 'unverified'],
    ]);
    expect(await readdir(folder)).toEqual(['hotpotqa_test.jsonl']);
    expect((await importFiles(from, folder))[1]).toMatchObject({ what: 'already there' });
  });

  it('takes an archive or one file, and does not put one in the place of another', async () => {
    const archive = join(root, 'aflow_data.tar.gz');
    await writeFile(archive, gzipSync(tarOf([{ path: 'datasets/hotpotqa_test.jsonl', content: hotpotTest }])));
    expect(await importFiles(archive, folder)).toMatchObject([{ what: 'written', state: 'unverified', rows: 800 }]);
    await writeFile(join(folder, 'hotpotqa_test.jsonl'), notAflows);
    await writeFile(join(root, 'hotpotqa_test.jsonl'), hotpotTest);
    expect(await importFiles(join(root, 'hotpotqa_test.jsonl'), folder)).toMatchObject([
      { what: 'refused', fault: expect.stringContaining('is another file: move it away first') },
    ]);
  });

  it('says so where there is nothing to take', async () => {
    await expect(importFiles(root, folder)).rejects.toThrow(/has none of AFlow's files \(gsm8k_validate\.jsonl, /);
    await expect(importFiles(join(root, 'nothing'), folder)).rejects.toThrow(/nothing cannot be read \(ENOENT/);
  });
});
