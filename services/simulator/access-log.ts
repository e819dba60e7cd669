import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One model call, as the server saw it. A client that is killed and asks again shows up twice. */
export interface ServedCall {
  /** Headers x-scale-job-id, x-scale-call-id and x-scale-attempt-id, "" if not sent. */
  readonly jobId: string;
  readonly callId: string;
  readonly attemptId: string;
  readonly model: string;
  readonly promptTokens: number;
  /** Those that were generated before the client hung up, if it did. */
  readonly generationTokens: number;
  /** The client hung up before the reply was complete. */
  readonly cutOff: boolean;
  /**
   * Milliseconds since the Unix epoch, with fractions: when its sequence began, and when the last byte of the reply was written.
   */
  readonly beganMs: number;
  readonly endedMs: number;
}

/** One model call that was answered with an error. */
export interface RefusedCall extends Pick<ServedCall, 'jobId' | 'callId' | 'attemptId'> {
  readonly status: number;
  /** As of a served call: from its arrival to the error. */
  readonly beganMs: number;
  readonly endedMs: number;
}

export interface AccessLog {
  write(call: ServedCall | RefusedCall): void;
  close(): Promise<void>;
}

/** Appends each call as a line of JSON. */
export async function openAccessLog(path: string): Promise<AccessLog> {
  await mkdir(dirname(path), { recursive: true });
  const stream = createWriteStream(path, { flags: 'a' });
  await once(stream, 'open');
  return {
    write: (call) => {
      stream.write(`${JSON.stringify(call)}\n`);
    },
    close: async () => {
      stream.end();
      await once(stream, 'close');
    },
  };
}
