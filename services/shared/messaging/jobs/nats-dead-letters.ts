import type { StoredMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from 'nats';
import { encodeJob } from '../../contracts/job-codec.ts';
import type { DeadLetter, DeadLetterReason, DeadLetterStore } from '../bus.ts';
import { InvalidRequestError } from '../errors.ts';
import { publishOnce } from '../session/nats-publish.ts';
import { readLastOfEach } from '../session/nats-read.ts';
import { type NatsSession, untilDone } from '../session/nats-session.ts';
import { jobKinds, streams, subjects } from '../subjects-and-streams.ts';

const reasonHeader = 'Scale-Reason';
const messageHeader = 'Scale-Message';
/** Of the message: it travels in a header. */
const longestMessage = 2_000;

export function createNatsDeadLetters(session: NatsSession): DeadLetterStore {
  return {
    async keep(job, message) {
      const kind = job.work?.$case;
      if (!kind) throw new InvalidRequestError(`set job ${job.jobId} aside`, 'it has no work');
      const subject = subjects.dead(subjects.job(kind, job.runId, job.jobId));
      const body = encodeJob(job);
      await untilDone(session, `publish ${subject}`, () => publishOnce(session, subject, body, letterHeaders('poison', message)));
    },

    async list() {
      const messages = await readLastOfEach(session, streams.dead, subjects.allDead);
      return messages.sort((one, other) => one.seq - other.seq).flatMap(letterOf);
    },

    async remove({ kind, runId, jobId }) {
      const filter = subjects.dead(subjects.job(kind, runId, jobId));
      const purge = () => session.manager.streams.purge(streams.dead, { filter });
      return (await untilDone(session, `purge ${filter}`, purge)).purged > 0;
    },
  };
}

/** What a letter says beside the job. A header holds one line of plain characters. */
export function letterHeaders(reason: DeadLetterReason, message: string): MsgHdrs {
  const said = headers();
  said.set(reasonHeader, reason);
  said.set(messageHeader, encodeURIComponent(message.slice(0, longestMessage)));
  return said;
}

/** Letters of earlier versions say nothing of themselves: all of those could not be read. */
function letterOf({ subject, data, header, time }: StoredMsg): DeadLetter[] {
  const [, , , , kindName, runId = '', jobId = ''] = subject.split('.');
  const kind = jobKinds.find((each) => each === kindName);
  if (kind === undefined) return [];
  const reason = header.get(reasonHeader) === 'poison' ? 'poison' : 'unreadable';
  const message = decodeURIComponent(header.get(messageHeader)) || 'no worker of that version could read it';
  return [{ kind, runId, jobId, reason, message, atMs: time.getTime(), body: data }];
}
