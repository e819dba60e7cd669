import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from 'nats';
import { z } from 'zod';
import { onAbort } from '../../lifecycle/abort.ts';
import { sourceFile } from '../../toolchain/package-folder.ts';
import { streamDeclarations } from '../stream-declarations.ts';
import { laneConsumer, streams, subjects } from '../subjects-and-streams.ts';

export interface BareJobs {
  /** A server of its own, with no streams yet. */
  readonly url: string;
  readonly jobs: number;
  readonly inFlight: number;
  readonly jobBytes: number;
  readonly resultBytes: number;
}

export interface BareJobsResult {
  /** From the first publish to the last result and acknowledgement. */
  readonly seconds: number;
  readonly secondsToFirstResult: number;
  /** Of the process that pulls, for each job, in the second half of the jobs. */
  readonly workerCpuMsPerJob: number;
}

const runId = 'bare';
const publishedAtOnce = 64;
const ackWaitMs = 30_000;
const timeoutMs = 30_000;

/**
 * What every job costs whoever works on this server: it is published, pulled by another process, its result published, the job
 * acknowledged with a confirmation, and the result read. The streams, the consumer and the client library are SCALE's; nothing
 * else is done. The limit that the bus is measured against.
 */
export async function runBareJobs(settings: BareJobs, signal: AbortSignal): Promise<BareJobsResult> {
  const connection = await connect({ servers: [settings.url], noAsyncTraces: true, timeout: timeoutMs });
  let worker: ChildProcess | undefined;
  try {
    await makeStreams(connection, settings.inFlight);
    const { url, jobs, inFlight, resultBytes } = settings;
    const args = [url, runId, jobs, inFlight, resultBytes].map(String);
    worker = fork(sourceFile(join(import.meta.dirname, 'bare-worker')), args, { execArgv: [], serialization: 'json' });
    const child = worker;
    using _ending = onAbort(signal, () => void child.kill('SIGKILL'));
    await nextMessage(child);
    const finished = nextMessage(child);
    const beganMs = performance.now();
    const work = [finished, readResults(connection, jobs), publishAll(connection, settings)] as const;
    const [{ cpuMsPerJob }, firstMs] = await Promise.all(work);
    return {
      seconds: (performance.now() - beganMs) / 1000,
      secondsToFirstResult: (firstMs - beganMs) / 1000,
      workerCpuMsPerJob: cpuMsPerJob,
    };
  } finally {
    worker?.kill('SIGKILL');
    await connection.close();
    signal.throwIfAborted();
  }
}

async function makeStreams(connection: NatsConnection, inFlight: number): Promise<void> {
  const manager = await jetstreamManager(connection, { timeout: timeoutMs });
  for (const { config, whenNew } of streamDeclarations({})) {
    if (config.name === streams.jobs || config.name === streams.results) await manager.streams.add({ ...whenNew, ...config });
  }
  await manager.consumers.add(streams.jobs, laneConsumer('execute', runId, inFlight, ackWaitMs));
}

async function publishAll(connection: NatsConnection, { jobs, jobBytes }: BareJobs): Promise<void> {
  const client = jetstream(connection, { timeout: timeoutMs });
  const body = new Uint8Array(jobBytes).fill(65);
  for (let first = 0; first < jobs; first += publishedAtOnce) {
    const batch = Array.from({ length: Math.min(publishedAtOnce, jobs - first) }, (_, index) =>
      client.publish(subjects.job('execute', runId, `job-${first + index}`), body),
    );
    await Promise.all(batch);
  }
}

/** @returns when the first was there, by performance.now(), once all have come */
async function readResults(connection: NatsConnection, jobs: number): Promise<number> {
  const consumer = await jetstream(connection, { timeout: timeoutMs }).consumers.get(streams.results, {
    filter_subjects: subjects.resultsOfRun(runId),
  });
  const messages = await consumer.consume({ max_messages: 256 });
  let firstMs: number | undefined;
  let read = 0;
  for await (const _ of messages) {
    firstMs ??= performance.now();
    read += 1;
    if (read === jobs) break;
  }
  if (read < jobs) throw new Error(`the bare loop has read ${read} of ${jobs} results: its connection is gone`);
  return firstMs ?? Number.NaN;
}

const workerMessage = z.object({ cpuMsPerJob: z.number() });

async function nextMessage(child: ChildProcess): Promise<z.infer<typeof workerMessage>> {
  const over = new AbortController();
  const options = { signal: over.signal };
  const ended = once(child, 'exit', options).then(([code]) => {
    throw new Error(`the bare worker ended with ${code}`);
  });
  try {
    const [message] = await Promise.race([once(child, 'message', options), ended]);
    return workerMessage.parse(message);
  } finally {
    over.abort();
    await ended.catch(() => undefined);
  }
}
