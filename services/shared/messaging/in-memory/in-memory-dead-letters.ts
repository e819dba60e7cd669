import { encodeJob } from '../../contracts/job-codec.ts';
import type { DeadLetter, DeadLetterStore } from '../bus.ts';
import { InvalidRequestError } from '../errors.ts';
import { subjects } from '../subjects-and-streams.ts';
import { type PartOfRuns, requireOpen, type World } from './in-memory-world.ts';

export function createInMemoryDeadLetters(world: World): PartOfRuns<DeadLetterStore> {
  const letters = world.shelf<DeadLetter>();
  return {
    wipe: () => letters.clear(),
    remove(runId) {
      for (const [subject, letter] of [...letters]) if (letter.runId === runId) letters.delete(subject);
    },
    open: (client) => ({
      async keep(job, message) {
        const kind = job.work?.$case;
        if (!kind) throw new InvalidRequestError(`set job ${job.jobId} aside`, 'it has no work');
        const { runId, jobId } = job;
        const subject = subjects.dead(subjects.job(kind, runId, jobId));
        requireOpen(client, `publish ${subject}`);
        letters.delete(subject);
        const atMs = world.timing.wallMs();
        letters.set(subject, { kind, runId, jobId, reason: 'poison', message, atMs, body: encodeJob(job) });
      },
      async list() {
        requireOpen(client, 'list dead letters');
        return [...letters.values()];
      },
      async remove({ kind, runId, jobId }) {
        const subject = subjects.dead(subjects.job(kind, runId, jobId));
        requireOpen(client, `purge ${subject}`);
        return letters.delete(subject);
      },
    }),
  };
}
