import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

export interface LogStreamSettings {
  /** How many bytes were taken; throws as writeSync does. */
  readonly write: (bytes: Uint8Array) => number;
  /** A log line, with its line end, that reports missing lines. */
  readonly describeLoss: (lines: number, code: string) => string;
}

/** A pipe with a slow reader takes nothing for a moment. */
const waitMs = 10;
const longestWaitMs = 1_000;

/**
 * Lines written immediately, so that the last one before a crash is there. Where they cannot be written, on a full disk or into a
 * pipe that no one reads, they are dropped and counted: a log must not end what it reports on. The first line that can be written
 * again is preceded by one that says how many are missing.
 */
export function createLogStream({ write, describeLoss }: LogStreamSettings): DestinationStream {
  let lost = 0;
  let code = '';
  // The disk filled up in the middle of a line.
  let isTorn = false;
  const wrote = (text: string): boolean => {
    const bytes = Buffer.from(isTorn ? `\n${text}` : text);
    for (let [written, waited] = [0, 0]; written < bytes.length; ) {
      try {
        written += write(bytes.subarray(written));
      } catch (error) {
        const failed = error as NodeJS.ErrnoException;
        if (failed.code === 'EAGAIN' && waited < longestWaitMs) {
          waited += waitMs;
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
          continue;
        }
        isTorn ||= written > 0;
        code = failed.code ?? failed.message;
        return false;
      }
    }
    isTorn = false;
    return true;
  };
  return {
    write(line) {
      if (lost > 0 && wrote(describeLoss(lost, code))) lost = 0;
      if (lost > 0 || !wrote(line)) lost += 1;
    },
  };
}

/** Writes to a file descriptor, such as 2. */
export function writeTo(descriptor: number): LogStreamSettings['write'] {
  return (bytes) => writeSync(descriptor, bytes);
}
