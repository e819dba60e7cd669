import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hotpotqa } from '../../../../../services/shared/benchmarks/releases/hotpotqa.ts';
import type { ReleaseOrigin } from '../../../../../services/shared/benchmarks/releases/load-release.ts';
import { math } from '../../../../../services/shared/benchmarks/releases/math.ts';
import { pullBenchmark } from '../../../../../services/shared/benchmarks/releases/pull-benchmark.ts';
import { readTar } from '../../../../../services/shared/benchmarks/releases/read-tar.ts';
import { releasedBenchmarks } from '../../../../../services/shared/benchmarks/releases/registry.ts';
import type { ReleasedBenchmark } from '../../../../../services/shared/benchmarks/releases/released-benchmark.ts';
import { canBeRebuilt } from '../../../../../services/shared/benchmarks/releases/split-manifest.ts';
import { aflowFiles } from '../../../../support/benchmarks/aflow-files.ts';
import { officialReleases } from '../../../../support/benchmarks/official-releases.ts';
import { type HotpotRow, hotpotParquet, type MathRow, mathParquet } from '../../../../support/benchmarks/parquet-releases.ts';
import { type ReleaseHost, startReleaseHost } from '../../../../support/benchmarks/release-host.ts';

const aflow = aflowFiles ?? '';
const isThere = aflowFiles !== undefined;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-pull-'));
});
afterEach(() => rm(folder, { recursive: true }));

const originAt = (host: ReleaseHost): ReleaseOrigin => ({
  mirror: host.url,
  downloads: join(folder, '.downloads'),
  settings: { tries: 3, silenceMs: 20_000, firstPauseMs: 1, longestPauseMs: 5 },
  signal: new AbortController().signal,
  onProgress: host.onProgress,
  onNote: () => undefined,
});

describe.runIf(isThere)("AFlow's files, from official releases over a host that fails now and then", async () => {
  const releases = isThere ? await officialReleases(aflow) : new Map<string, Buffer>();

  it.each([...releasedBenchmarks])(
    'come out byte for byte: %s',
    async (_name, benchmark) => {
      await using host = await startReleaseHost(releases);
      host.faults.push({ status: 503 }, { cutAfter: 20_000 }, { status: 429, retryAfter: '0' }, { cutAfter: 9_000 });
      const pulled = await pullBenchmark(benchmark, folder, originAt(host));
      expect(pulled.files.every(({ state, written }) => state === 'verified' && written)).toBe(true);
      for (const [file, manifest] of Object.entries(benchmark.files)) {
        if (canBeRebuilt(manifest)) expect(await contentOf(join(folder, file))).toEqual(await contentOf(join(aflow, file)));
      }
      const path = new URL(benchmark.sources[0]?.parts[0]?.url ?? '').pathname;
      expect(host.requests).toEqual([path, path, `${path} bytes=20000-`, `${path} bytes=20000-`, `${path} bytes=29000-`]);
    },
    60_000,
  );
});

describe.runIf(isThere)("AFlow's files, from what others publish in Parquet", async () => {
  const releases = isThere ? await officialReleases(aflow) : new Map<string, Buffer>();
  const expectIdentical = async (benchmark: ReleasedBenchmark, parts: readonly Buffer[]): Promise<void> => {
    const rows = (await benchmark.sources.at(-1)?.rowsOf(parts)) ?? [];
    for (const [file, manifest] of Object.entries(benchmark.files).filter(([, each]) => canBeRebuilt(each))) {
      const text = benchmark.rebuild(rows, file, manifest).map((line) => `${line}\n`);
      expect(Buffer.from(text.join(''))).toEqual(await contentOf(join(aflow, file)));
    }
  };

  it('come out byte for byte: math', async () => {
    const entries = await readTar(releases.get('/~hendrycks/MATH.tar') ?? Buffer.alloc(0));
    const rows = entries.map(({ content }) => JSON.parse(Buffer.from(content).toString()) as MathRow);
    const bySubject = Map.groupBy(rows, ({ type }) => type);
    await expectIdentical(math, [...bySubject.values()].map(mathParquet));
  });

  it('come out byte for byte: hotpotqa', async () => {
    const release = releases.get('/datasets/hotpot/hotpot_dev_distractor_v1.json') ?? Buffer.from('[]');
    const rows = (JSON.parse(release.toString()) as HotpotRow[]).filter(({ answer }) => answer !== undefined);
    await expectIdentical(hotpotqa, [hotpotParquet(rows)]);
  });
});

/** A gzipped file may be packed differently, and still hold the same. */
async function contentOf(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}
