import { decodeModelCall, encodeModelCall } from '../contracts/result-codec.ts';
import type { CallJournal } from './bus.ts';
import { type InMemoryPart, requireOpen, type Stored, type World } from './in-memory-world.ts';
import { subjects } from './subjects-and-streams.ts';

export function createInMemoryJournal(world: World): InMemoryPart<CallJournal> {
  const calls = new Map<string, Stored>();
  return {
    wipe: () => calls.clear(),
    open: (client) => ({
      async record(runId, jobId, call) {
        const subject = subjects.call(runId, jobId, call.callId);
        requireOpen(client, `publish ${subject}`);
        if (!calls.has(subject)) calls.set(subject, { sequence: world.nextSequence(), bytes: encodeModelCall(call) });
      },
      async read(runId, jobId) {
        const prefix = subjects.callsOfJob(runId, jobId).slice(0, -1);
        requireOpen(client, `read ${prefix}`);
        const found = [...calls].filter(([subject]) => subject.startsWith(prefix)).map(([, { bytes }]) => decodeModelCall(bytes));
        return new Map(found.map((call) => [call.callId, call]));
      },
    }),
  };
}
