import { formatDuration } from '../../shared/document/format.ts';

const tellEveryMs = 2_000;

/** Reports how far downloads have got, on lines of their own, at most every two seconds. */
export function createDownloadProgress(
  notice: (line: string) => void,
  now: () => number = () => performance.now(),
): (url: string, done: number, total: number | undefined) => void {
  let current = { url: '', startedAt: 0, doneAtStart: 0, toldAt: 0 };
  return (url, done, total) => {
    const at = now();
    // What an earlier try brought does not count towards the speed.
    if (url !== current.url || done < current.doneAtStart) current = { url, startedAt: at, doneAtStart: done, toldAt: at };
    if (at - current.toldAt < tellEveryMs) return;
    current = { ...current, toldAt: at };
    const bytesPerMs = (done - current.doneAtStart) / (at - current.startedAt);
    notice(`${url.split('/').at(-1)}: ${describe(done, total, bytesPerMs)}`);
  };
}

function describe(done: number, total: number | undefined, bytesPerMs: number): string {
  const speed = `${formatBytes(bytesPerMs * 1_000)}/s`;
  if (total === undefined) return `${formatBytes(done)}, ${speed}`;
  const left = bytesPerMs > 0 ? `, ${formatDuration((total - done) / bytesPerMs)} left` : '';
  return `${formatBytes(done)} of ${formatBytes(total)}, ${speed}${left}`;
}

/** E.g. "820 B", "44.9 kB", "3.6 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : [bytes / 1e6, 'MB'];
  return `${value.toFixed(1)} ${unit}`;
}
