import { parentPort, workerData } from 'node:worker_threads';
import type { RecordedSearch } from '../../domain/replay/recorded-search.ts';
import { createReplayWork, type ReplayJob } from './replay-work.ts';

// The other side of replay-threads.ts: jobs come one at a time, and each is answered.
const work = createReplayWork(workerData as readonly RecordedSearch[]);
parentPort?.on('message', (job: ReplayJob) => parentPort?.postMessage(work(job)));
