import { JobStart } from '../../contracts/generated/scale/v1/job.ts';
import type { ModelCall } from '../../contracts/generated/scale/v1/result.ts';
import { decodeModelCall, decodeRecordedCalls, encodeModelCall, encodeRecordedCalls } from '../../contracts/result-codec.ts';
import type { BlobStore, CallJournal } from '../bus.ts';
import { publishOnce } from '../session/nats-publish.ts';
import { readLastOfEach } from '../session/nats-read.ts';
import { type NatsSession, untilAnswered } from '../session/nats-session.ts';
import { lastToken, streams, subjects } from '../subjects-and-streams.ts';
import { type CarriedBody, carriedBy, carryBody, fetchBody, fitsMessage } from './large-body.ts';

export function createNatsCallJournal(session: NatsSession, blobs: BlobStore): CallJournal {
  // The journal forgets instead of filling up, so it never refuses: a repeat replaces what it repeats.
  const publish = async (subject: string, { data, headers }: Pick<CarriedBody, 'data'> & Partial<CarriedBody>): Promise<void> => {
    await untilAnswered(session, `publish ${subject}`, () => publishOnce(session, subject, data, headers));
  };
  return {
    async record(runId, jobId, calls) {
      const ids = calls.map(({ callId }) => callId);
      const together = encodeRecordedCalls(calls);
      if (calls.length > 1 && fitsMessage(together)) return await publish(subjects.calls(runId, jobId, ids), { data: together });
      const each = async (call: ModelCall): Promise<void> =>
        await publish(subjects.call(runId, jobId, call.callId), await carryBody(blobs, encodeModelCall(call)));
      await Promise.all(calls.map(each));
    },

    async read(runId, jobId) {
      const calls = new Map<string, ModelCall>();
      const messages = await readLastOfEach(session, streams.journal, subjects.callsOfJob(runId, jobId));
      for (const message of messages.filter((each) => !isStart(each)).sort((one, other) => one.seq - other.seq)) {
        const body = await fetchBody(blobs, carriedBy(message));
        const recorded = areSeveral(message) ? decodeRecordedCalls(body) : [decodeModelCall(body)];
        for (const call of recorded) calls.set(call.callId, call);
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

function areSeveral({ subject }: { readonly subject: string }): boolean {
  return lastToken(subject).startsWith('calls-');
}
