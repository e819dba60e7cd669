import { decodeResult, encodeResult } from '../../contracts/result-codec.ts';
import type { BlobStore, ResultStore } from '../bus.ts';
import { publishFirst } from '../session/nats-publish.ts';
import { lastTokensOf, readLast } from '../session/nats-read.ts';
import { type NatsSession, untilDone } from '../session/nats-session.ts';
import { followStream } from '../streams/nats-follow.ts';
import { streams, subjects } from '../subjects-and-streams.ts';
import { traceIn, withTrace } from '../trace-headers.ts';
import { carriedBy, carryBody, fetchBody } from './large-body.ts';

/** A result that is too large for a message is kept whole in a blob: nothing is cut. */
export function createNatsResultStore(session: NatsSession, blobs: BlobStore): ResultStore {
  return {
    async put(result) {
      const { data, headers } = await carryBody(blobs, encodeResult(result));
      const subject = subjects.result(result.runId, result.jobId);
      const answer = await publishFirst(session, { stream: streams.results, subject, body: data, headers: withTrace(headers) });
      return answer === 'stored' ? 'stored' : 'already-stored';
    },

    async get(runId, jobId) {
      const message = await readLast(session, streams.results, subjects.result(runId, jobId));
      return message && decodeResult(await fetchBody(blobs, carriedBy(message)));
    },

    async getTimed(runId, jobId) {
      const message = await readLast(session, streams.results, subjects.result(runId, jobId));
      if (message === undefined) return undefined;
      return { result: decodeResult(await fetchBody(blobs, carriedBy(message))), storedAtMs: message.time.getTime() };
    },

    jobIds: (runId) => lastTokensOf(session, streams.results, subjects.resultsOfRun(runId)),

    async *follow(runId, signal, wanted = 0) {
      const isThere = wanted > 0 && wanted <= (await lastSequence(session));
      const settings = {
        stream: streams.results,
        filter: subjects.resultsOfRun(runId),
        after: isThere ? wanted : 0,
        whenRemade: 'start-over',
      } as const;
      for await (const message of followStream(session, settings, signal)) {
        yield { ...decodeResult(await fetchBody(blobs, message)), sequence: message.seq, ...traceIn(message.headers) };
      }
    },
  };
}

async function lastSequence(session: NatsSession): Promise<number> {
  const { state } = await untilDone(session, 'look at the results', () => session.manager.streams.info(streams.results));
  return state.last_seq;
}
