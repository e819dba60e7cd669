import type { StoredMsg } from '@nats-io/jetstream';
import { mapAtOnce } from '../../lifecycle/map-at-once.ts';
import { lastToken } from '../subjects-and-streams.ts';
import { isMessageMissing } from './nats-errors.ts';
import { contentOf } from './nats-requests.ts';
import { type NatsSession, requestTimeoutMs, untilDone } from './nats-session.ts';

const readAtOnce = 64;

/** The newest message of a subject, from the stream's leader: other replicas may lag behind. */
export async function readLast(session: NatsSession, stream: string, subject: string): Promise<StoredMsg | undefined> {
  return await untilDone(session, `read ${subject}`, () => readLastOnce(session, stream, subject));
}

/** The same without trying again, for use within one. */
export async function readLastOnce(session: NatsSession, stream: string, subject: string): Promise<StoredMsg | undefined> {
  return (await session.manager.streams.getMessage(stream, { last_by_subj: subject })) ?? undefined;
}

/**
 * The value of a bucket's key by its subject, undefined if there is none. For what is looked at all the time: the client's own
 * look costs several times as much.
 * @throws as `requests` does
 */
export async function readValueOnce(session: NatsSession, stream: string, subject: string): Promise<string | undefined> {
  const asked = JSON.stringify({ last_by_subj: subject });
  const answer = await session.requests.ask(`$JS.API.STREAM.MSG.GET.${stream}`, asked, { timeoutMs: requestTimeoutMs });
  try {
    const { message } = contentOf<{ readonly message: { readonly data?: string; readonly hdrs?: string } }>(answer);
    // Of a key that was deleted, a mark is left.
    if (/^KV-Operation:/m.test(decoded(message.hdrs))) return undefined;
    return decoded(message.data);
  } catch (error) {
    if (isMessageMissing(error)) return undefined;
    throw error;
  }
}

function decoded(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString();
}

/** The message at a sequence of the stream, undefined if there is none. */
export async function readAt(session: NatsSession, stream: string, sequence: number): Promise<StoredMsg | undefined> {
  const read = () => session.manager.streams.getMessage(stream, { seq: sequence });
  return (await untilDone(session, `read ${stream} at ${sequence}`, read)) ?? undefined;
}

/** The last tokens of the subjects that the filter matches, such as the ids of jobs. */
export async function lastTokensOf(session: NatsSession, stream: string, filter: string): Promise<Set<string>> {
  return new Set((await subjectsOf(session, stream, filter)).map(lastToken));
}

async function subjectsOf(session: NatsSession, stream: string, filter: string): Promise<string[]> {
  const list = () => session.manager.streams.info(stream, { subjects_filter: filter });
  const info = await untilDone(session, `list ${filter}`, list);
  return Object.keys(info.state.subjects ?? {}).sort();
}

/** The newest message of each subject that the filter matches, in the order of the subjects. */
export async function readLastOfEach(session: NatsSession, stream: string, filter: string): Promise<StoredMsg[]> {
  const subjects = await subjectsOf(session, stream, filter);
  const messages = await mapAtOnce(subjects, readAtOnce, (subject) => readLast(session, stream, subject));
  return messages.filter((message) => message !== undefined);
}
