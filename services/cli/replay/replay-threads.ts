import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Measures } from '../../domain/replay/measure.ts';
import type { RecordedSearch } from '../../domain/replay/recorded-search.ts';
import { onAbort } from '../../shared/lifecycle/abort.ts';
import { sourceFile } from '../../shared/toolchain/package-folder.ts';
import type { ReplayJob } from './replay-work.ts';

export interface ReplayRun {
  readonly searches: readonly RecordedSearch[];
  readonly jobs: readonly ReplayJob[];
  readonly threads: number;
  readonly signal: AbortSignal;
  onProgress(done: number): void;
}

/**
 * Replays on several threads; the results are parallel to the jobs, and the same with any number of threads.
 * @throws what a thread threw, or the signal's reason
 */
export async function replayOnThreads({ searches, jobs, threads, signal, onProgress }: ReplayRun): Promise<Measures[][]> {
  const results = new Array<Measures[]>(jobs.length);
  let next = 0;
  let done = 0;
  const serve = async (): Promise<void> => {
    const thread = new Worker(sourceFile(join(import.meta.dirname, 'replay-thread')), { workerData: searches });
    try {
      for (let place = next++; place < jobs.length; place = next++) {
        results[place] = await ask(thread, jobs[place] as ReplayJob, signal);
        done += 1;
        onProgress(done);
      }
    } finally {
      // Otherwise the others would continue a replay that is lost.
      next = jobs.length;
      await thread.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, serve));
  return results;
}

function ask(thread: Worker, job: ReplayJob, signal: AbortSignal): Promise<Measures[]> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const answered = (measures: Measures[]) => settle(() => resolve(measures));
    const failed = (error: unknown) => settle(() => reject(error));
    const ended = (code: number) => failed(new Error(`a replay thread ended with status ${code}`));
    const settle = (how: () => void): void => {
      thread.off('message', answered).off('error', failed).off('exit', ended);
      listening[Symbol.dispose]();
      how();
    };
    thread.once('message', answered).once('error', failed).once('exit', ended);
    const listening = onAbort(signal, () => failed(signal.reason));
    thread.postMessage(job);
  });
}
