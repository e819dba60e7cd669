import { JobStart } from '../contracts/generated/scale/v1/job.ts';
import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';
import { decodeModelCall, encodeModelCall } from '../contracts/result-codec.ts';
import type { BlobStore, CallJournal } from './bus.ts';
import { carriedBy, carryBody, fetchBody } from './large-body.ts';
import { publishOnce } from './nats-publish.ts';
import { readLastOfEach } from './nats-read.ts';
import { type NatsSession, untilAnswered } from './nats-session.ts';
import { lastToken, streams, subjects } from './subjects-and-streams.ts';

export function createNatsCallJournal(session: NatsSession, blobs: BlobStore): CallJournal {
  return {
    async record(runId, jobId, call) {
      const { data, headers } = await carryBody(blobs, encodeModelCall(call));
      const subject = subjects.call(runId, jobId, call.callId);
      // The journal forgets instead of filling up, so it never refuses: a repeat replaces what it repeats.
      await untilAnswered(session, `publish ${subject}`, () => publishOnce(session, subject, data, headers));
    },

    async read(runId, jobId) {
      const calls = new Map<string, ModelCall>();
      for (const message of await readLastOfEach(session, streams.journal, subjects.callsOfJob(runId, jobId))) {
        if (isStart(message)) continue;
        const call = decodeModelCall(await fetchBody(blobs, carriedBy(message)));
        calls.set(call.callId, call);
      }
      return calls;
    },

    async noteStart(runId, jobId, start) {
      const subject = subjects.start(runId, jobId, start.delivery);
      await untilAnswered(session, `publish ${subject}`, () => publishOnce(session, subject, JobStart.encode(start).finish()));
    },

    async starts(runId, jobId) {
      const messages = await readLastOfEach(session, streams.journal, subjects.callsOfJob(runId, jobId));
      const starts = messages.filter(isStart).map(({ data }) => JobStart.decode(data));
      return starts.sort((one, other) => one.delivery - other.delivery);
    },
  };
}

function isStart({ subject }: { readonly subject: string }): boolean {
  return lastToken(subject).startsWith('start-');
}
