import { expect, it } from 'vitest';
import { createDownloadProgress, formatBytes } from '../../../../services/cli/releases/download-progress.ts';

it('tells bytes, speed and time left every two seconds, each file and each attempt by its own speed', () => {
  const lines: string[] = [];
  let now = 0;
  const tell = createDownloadProgress(
    (line) => lines.push(line),
    () => now,
  );
  const at = (ms: number, url: string, done: number, total?: number): void => {
    now = ms;
    tell(`https://example.org/${url}`, done, total);
  };
  at(0, 'a.json', 10_000_000, 46_000_000);
  at(1_500, 'a.json', 11_000_000, 46_000_000);
  at(2_000, 'a.json', 14_000_000, 46_000_000);
  at(3_000, 'b.json', 0);
  at(5_500, 'b.json', 2_500);
  expect(lines).toEqual(['a.json: 14.0 MB of 46.0 MB, 2.0 MB/s, 16 s left', 'b.json: 2.5 kB, 1.0 kB/s']);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [44_877, '44.9 kB'],
  [46_320_117, '46.3 MB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
