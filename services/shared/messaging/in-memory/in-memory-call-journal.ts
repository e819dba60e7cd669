import { JobStart } from '../../contracts/generated/scale/v1/job.ts';
import { decodeModelCall, encodeModelCall } from '../../contracts/result-codec.ts';
import type { CallJournal } from '../bus.ts';
import { subjects } from '../subjects-and-streams.ts';
import { type PartOfRuns, removeUnder, requireOpen, type Stored, type World } from './in-memory-world.ts';

export function createInMemoryJournal(world: World): PartOfRuns<CallJournal> {
  const calls = world.shelf<Stored>();
  const starts = world.shelf<Map<number, Uint8Array>>((numbers) => new Map(numbers));
  return {
    wipe() {
      calls.clear();
      starts.clear();
    },
    remove(runId) {
      const prefix = subjects.callsOfRun(runId).slice(0, -1);
      for (const kept of [calls, starts]) removeUnder(kept, prefix);
    },
    open: (client) => ({
      async record(runId, jobId, recorded) {
        requireOpen(client, `publish calls of ${jobId}`);
        const sequence = world.nextSequence();
        for (const call of recorded)
          calls.set(subjects.call(runId, jobId, call.callId), { sequence, bytes: encodeModelCall(call) });
      },
      async read(runId, jobId) {
        const prefix = subjects.callsOfJob(runId, jobId).slice(0, -1);
        requireOpen(client, `read ${prefix}`);
        const found = [...calls].filter(([subject]) => subject.startsWith(prefix)).map(([, { bytes }]) => decodeModelCall(bytes));
        return new Map(found.map((call) => [call.callId, call]));
      },
      async noteStart(runId, jobId, start) {
        requireOpen(client, `publish ${subjects.start(runId, jobId, start.delivery)}`);
        const job = subjects.callsOfJob(runId, jobId);
        const known = starts.get(job) ?? new Map<number, Uint8Array>();
        starts.set(job, known.set(start.delivery, JobStart.encode(start).finish()));
      },
      async starts(runId, jobId) {
        const job = subjects.callsOfJob(runId, jobId);
        requireOpen(client, `read ${job}`);
        const known = [...(starts.get(job) ?? [])].sort(([one], [other]) => one - other);
        return known.map(([, bytes]) => JobStart.decode(bytes));
      },
    }),
  };
}
