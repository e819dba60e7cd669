import { open } from 'node:fs/promises';

export interface LineCounter extends AsyncDisposable {
  /** Lines so far that have ended. */
  count(): Promise<number>;
}

/** Jobs in an access log of the simulated model, which grows. */
export async function openJobCounter(path: string): Promise<LineCounter> {
  const file = await open(path, 'r');
  const buffer = Buffer.alloc(1 << 18);
  const jobs = new Set<string>();
  let rest = '';
  return {
    count: async () => {
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return jobs.size;
        const lines = (rest + buffer.toString('latin1', 0, bytesRead)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const [, jobId = ''] = /"jobId":"([^"]*)"/.exec(line) ?? [];
          if (jobId !== '') jobs.add(jobId);
        }
      }
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

const newline = 10;

/** Counts the lines of a file that grows; each count reads only what is new. */
export async function openLineCounter(path: string): Promise<LineCounter> {
  const file = await open(path, 'r');
  const buffer = Buffer.alloc(1 << 18);
  let lines = 0;
  return {
    count: async () => {
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return lines;
        for (const byte of buffer.subarray(0, bytesRead)) if (byte === newline) lines += 1;
      }
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}
