import { linked } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { Bus, Delivery } from '../bus.ts';
import { BusError } from '../errors.ts';
import type { InMemoryJobs } from './in-memory-job-queue.ts';

/** The side of a leader that is cut off from the other nodes, and has not noticed. */
export interface CutOffLeader {
  /** A client of it, which goes on with the others' store once the cut is healed. */
  connect(): Bus;
  heal(): void;
}

interface Side {
  connect(): Bus;
  readonly jobs: InMemoryJobs;
}

interface Limits {
  readonly timing: Timing;
  /** How long a write waits. */
  readonly deadlineMs: number;
}

/** @param majority the store as the others have it @param minority a copy of it as it was at the cut */
export function cutOffLeader(majority: Side, minority: Side, { timing, deadlineMs }: Limits): CutOffLeader {
  const healed = new AbortController();
  const isHealed = (): boolean => healed.signal.aborted;
  /** Without the others nothing is stored: it is tried until they can be reached, as an adapter does until its deadline. */
  const store = async <Value>(operation: string, write: () => Promise<Value>): Promise<Value> => {
    if (!isHealed()) await timing.sleep(deadlineMs, healed.signal).catch(() => undefined);
    if (!isHealed()) throw new BusError(operation, 'the server did not answer in time');
    return await write();
  };

  const connect = (): Bus => {
    const [whole, stale] = [majority.connect(), minority.connect()];
    const present = (): Bus => (isHealed() ? whole : stale);
    /**
     * What the leader still has, then what the others have had meanwhile. @param placeOf a message's place; none: it starts over
     */
    async function* follow<Message>(
      open: (bus: Bus, after: number | undefined, signal: AbortSignal) => AsyncIterable<Message>,
      signal: AbortSignal,
      placeOf: (message: Message) => number | undefined,
    ): AsyncGenerator<Message> {
      let last: number | undefined;
      if (!isHealed()) {
        using cut = linked(signal, healed.signal);
        for await (const message of open(stale, undefined, cut.signal)) {
          last = placeOf(message);
          yield message;
        }
      }
      if (isHealed() && !signal.aborted) yield* open(whole, last, signal);
    }
    const settledByAll = (delivery: Delivery): Delivery => {
      const message = minority.jobs.messageOf(delivery);
      if (message === undefined) return delivery;
      const ours = majority.jobs.adopt({ closed: false }, delivery, message);
      return {
        ...delivery,
        heartbeat: () => store(`heartbeat ${message.subject}`, ours.heartbeat),
        ack: () => store(`ack ${message.subject}`, ours.ack),
        retry: (delayMs) => store(`retry ${message.subject}`, () => ours.retry(delayMs)),
        terminate: () => store(`terminate ${message.subject}`, ours.terminate),
      };
    };
    return {
      ...whole,
      jobs: {
        publish: (job) => store(`publish ${job.jobId}`, () => whole.jobs.publish(job)),
        openLane: (kind, runId, lane) => store(`open lane ${kind}`, () => whole.jobs.openLane(kind, runId, lane)),
        closeLanes: (runId) => store(`close lanes of ${runId}`, () => whole.jobs.closeLanes(runId)),
        closeStuckLanes: (runId) => store(`close lanes of ${runId}`, () => whole.jobs.closeStuckLanes(runId)),
        pull: async (...asked) => (await present().jobs.pull(...asked)).map(settledByAll),
        outstanding: (runId) => present().jobs.outstanding(runId),
        count: (kind, runId) => present().jobs.count(kind, runId),
        waitingSince: (runId) => present().jobs.waitingSince(runId),
        pausedLanes: (runId) => present().jobs.pausedLanes(runId),
      },
      results: {
        put: (result) => store(`publish ${result.jobId}`, () => whole.results.put(result)),
        get: (runId, jobId) => present().results.get(runId, jobId),
        getTimed: (runId, jobId) => present().results.getTimed(runId, jobId),
        jobIds: (runId) => present().results.jobIds(runId),
        follow: (runId, signal, after) =>
          follow(
            (bus, last, until) => bus.results.follow(runId, until, last ?? after),
            signal,
            ({ sequence }) => sequence,
          ),
      },
      log: {
        append: (runId, entry, last) => store(`append to ${runId}`, () => whole.log.append(runId, entry, last)),
        read: (runId, place, signal) =>
          follow(
            (bus, last, until) => bus.log.read(runId, { ...place, after: last ?? place.after }, until),
            signal,
            ({ sequence }) => sequence,
          ),
        at: (runId, sequence) => present().log.at(runId, sequence),
      },
      sweeps: {
        append: (sweepId, entry, last) => store(`append to ${sweepId}`, () => whole.sweeps.append(sweepId, entry, last)),
        read: (sweepId, place, signal) =>
          follow(
            (bus, last, until) => bus.sweeps.read(sweepId, { ...place, after: last ?? place.after }, until),
            signal,
            ({ sequence }) => sequence,
          ),
        at: (sweepId, sequence) => present().sweeps.at(sweepId, sequence),
        list: () => present().sweeps.list(),
        watch: (signal) =>
          follow(
            (bus, _, until) => bus.sweeps.watch(until),
            signal,
            () => undefined,
          ),
      },
      journal: {
        record: (runId, jobId, calls) => store(`record ${jobId}`, () => whole.journal.record(runId, jobId, calls)),
        read: (runId, jobId) => present().journal.read(runId, jobId),
        noteStart: (runId, jobId, start) => store(`note a start of ${jobId}`, () => whole.journal.noteStart(runId, jobId, start)),
        starts: (runId, jobId) => present().journal.starts(runId, jobId),
      },
      spending: {
        note: (note) => store('note spending', () => whole.spending.note(note)),
        read: (runId, place, signal) =>
          follow(
            (bus, last, until) => bus.spending.read(runId, { ...place, after: last ?? place.after }, until),
            signal,
            ({ sequence }) => sequence,
          ),
      },
      blobs: {
        put: (content) => store('put blob', () => whole.blobs.put(content)),
        get: (name) => present().blobs.get(name),
        collect: (limits, signal) => store('collect blobs', () => whole.blobs.collect(limits, signal)),
      },
      runs: {
        put: (manifest) => store(`put manifest of ${manifest.runId}`, () => whole.runs.put(manifest)),
        add: (manifest) => store(`add manifest of ${manifest.runId}`, () => whole.runs.add(manifest)),
        update: (runId, change) => store(`update manifest of ${runId}`, () => whole.runs.update(runId, change)),
        get: (runId) => present().runs.get(runId),
        list: () => present().runs.list(),
        watch: (signal) =>
          follow(
            (bus, _, until) => bus.runs.watch(until),
            signal,
            () => undefined,
          ),
      },
      leases: {
        acquire: (name, holder) => store(`acquire lease ${name}`, () => whole.leases.acquire(name, holder)),
        holding: (name) => present().leases.holding(name),
      },
      slots: {
        update: (endpoint, change) => store(`update the slots of ${endpoint}`, () => whole.slots.update(endpoint, change)),
        watch: (signal) =>
          follow(
            (bus, _, until) => bus.slots.watch(until),
            signal,
            () => undefined,
          ),
      },
      budgets: {
        update: (scope, change) => store(`update the budget of ${scope}`, () => whole.budgets.update(scope, change)),
        watch: (signal) =>
          follow(
            (bus, _, until) => bus.budgets.watch(until),
            signal,
            () => undefined,
          ),
      },
      removeRun: (runId) => store(`delete run ${runId}`, () => whole.removeRun(runId)),
      deadLetters: {
        keep: (job, message) => store(`set ${job.jobId} aside`, () => whole.deadLetters.keep(job, message)),
        list: () => present().deadLetters.list(),
        remove: (letter) => store(`remove the letter of ${letter.jobId}`, () => whole.deadLetters.remove(letter)),
      },
      audit: {
        append: (entry) => store('note who did what', () => whole.audit.append(entry)),
        read: (target, signal) => present().audit.read(target, signal),
      },
      memory: {
        keep: (kept) => store('keep memory', () => whole.memory.keep(kept)),
        list: (queriesHash) => present().memory.list(queriesHash),
        forget: (runId) => store('forget memory', () => whole.memory.forget(runId)),
      },
      responses: {
        put: (key, entry) => store('keep a reply', () => whole.responses.put(key, entry)),
        get: (key) => present().responses.get(key),
        size: () => present().responses.size(),
        clear: () => store('clear the response cache', () => whole.responses.clear()),
      },
    };
  };
  return { connect, heal: () => healed.abort() };
}
