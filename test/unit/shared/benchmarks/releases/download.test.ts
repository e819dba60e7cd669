import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DownloadRequest, download } from '../../../../../services/shared/benchmarks/releases/download.ts';
import { type HostFault, type ReleaseHost, startReleaseHost } from '../../../../support/benchmarks/release-host.ts';

/** Larger than what a socket takes at once. */
const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));
const settings = { tries: 3, silenceMs: 20_000, firstPauseMs: 1, longestPauseMs: 2 };

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-download-'));
  file = join(folder, 'release.bin');
});
afterEach(() => rm(folder, { recursive: true }));

const hostWith = async (...faults: (HostFault | undefined)[]): Promise<ReleaseHost> => {
  const host = await startReleaseHost(new Map([['/release.bin', content]]));
  host.faults.push(...faults);
  return host;
};

const fetchFrom = (host: Pick<ReleaseHost, 'url' | 'onProgress'>, request: Partial<DownloadRequest> = {}): Promise<void> => {
  const url = `${host.url}/release.bin`;
  return download({
    url,
    file,
    settings,
    signal: new AbortController().signal,
    onProgress: (done) => host.onProgress(url, done),
    onRetry: () => undefined,
    ...request,
  });
};

describe('a download', () => {
  it('comes whole, and leaves nothing beside it', async () => {
    await using host = await hostWith();
    const seen: [number, number | undefined][] = [];
    await fetchFrom(host, { onProgress: (done, total) => seen.push([done, total]) });
    expect(await readFile(file)).toEqual(content);
    expect(seen.at(-1)).toEqual([content.length, content.length]);
    expect(existsSync(`${file}.part`) || existsSync(`${file}.part.json`)).toBe(false);
  });

  it('goes on by range where it broke off, however often', async () => {
    await using host = await hostWith({ cutAfter: 1_000 }, { cutAfter: 1 }, { status: 500 }, { cutAfter: 199_000 });
    const retries: string[] = [];
    await fetchFrom(host, { onRetry: (why) => retries.push(why) });
    expect(await readFile(file)).toEqual(content);
    const ranges = host.requests.map((request) => request.replace('/release.bin', '').trim());
    expect(ranges).toEqual(['', 'bytes=1000-', 'bytes=1001-', 'bytes=1001-', 'bytes=200001-']);
    expect(retries[2]).toBe('500 Internal Server Error');
  });

  it('starts anew where the host has another version by now, or no versions at all', async () => {
    for (const version of ['v2', '']) {
      await using host = await hostWith({ cutAfter: 1_000 }, undefined);
      await fetchFrom(host, {
        onRetry: () => {
          host.version = version;
        },
      });
      expect(await readFile(file)).toEqual(content);
    }
  });

  it('does not mix what came from two addresses', async () => {
    await using first = await hostWith({ cutAfter: 5_000 });
    await using second = await hostWith();
    await expect(fetchFrom(first, { settings: { ...settings, tries: 0 } })).rejects.toThrow();
    expect((await stat(`${file}.part`)).size).toBe(5_000);
    await fetchFrom(second);
    expect(second.requests).toEqual(['/release.bin']);
    expect(await readFile(file)).toEqual(content);
  });

  it('gives up after so many tries in a row without a byte, and keeps what came', async () => {
    const fault = { status: 503 };
    await using host = await hostWith({ cutAfter: 5_000 }, fault, fault, fault);
    await expect(fetchFrom(host)).rejects.toThrow(
      `${host.url}/release.bin cannot be downloaded: 503 Service Unavailable (3 tries)`,
    );
    expect((await stat(`${file}.part`)).size).toBe(5_000);
    await fetchFrom(host);
    expect(host.requests.at(-1)).toBe('/release.bin bytes=5000-');
    expect(await readFile(file)).toEqual(content);
  });

  it('does not ask again for what the host refuses', async () => {
    await using host = await hostWith({ status: 403 });
    await expect(fetchFrom(host)).rejects.toThrow(`${host.url}/release.bin answers 403 Forbidden`);
    await expect(fetchFrom({ ...host, url: `${host.url}/nothing` })).rejects.toThrow(/answers 404 Not Found/);
    expect(host.requests).toHaveLength(2);
  });

  it('says why a host cannot be reached', async () => {
    const host = await hostWith();
    await host[Symbol.asyncDispose]();
    await expect(fetchFrom(host)).rejects.toThrow(/cannot be downloaded: .*ECONNREFUSED.* \(3 tries\)/);
  });

  it('does not wait for a host that falls silent', async () => {
    await using host = await hostWith({ silentAfter: 5_000 });
    await fetchFrom(host, { settings: { ...settings, silenceMs: 500 } });
    expect(await readFile(file)).toEqual(content);
  });

  it('stops when asked, and goes on from there later', async () => {
    await using host = await hostWith({ silentAfter: 7_000 });
    const stop = new AbortController();
    const reason = new Error('the user had enough');
    const onProgress = (done: number): void => {
      if (done === 7_000) stop.abort(reason);
    };
    await expect(fetchFrom(host, { signal: stop.signal, onProgress })).rejects.toBe(reason);
    expect(existsSync(file)).toBe(false);
    await fetchFrom(host);
    expect(host.requests).toEqual(['/release.bin', '/release.bin bytes=7000-']);
    expect(await readFile(file)).toEqual(content);
  });
});
