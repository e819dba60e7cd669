import type { Random } from '../../services/domain/ports.ts';
import { randomStream } from '../../services/domain/random.ts';
import { linked } from '../../services/shared/lifecycle/abort.ts';
import type { Timing } from '../../services/shared/lifecycle/timing.ts';
import type { Bus, Delivery, Lease } from '../../services/shared/messaging/bus.ts';
import { BusError } from '../../services/shared/messaging/errors.ts';
import { patienceMs, type Weather } from './fault-plan.ts';
import type { SimulatedProcess } from './simulated-process.ts';

export interface SimulatedNetwork {
  /** The server's bus, as the process reaches it: later, in part, or not at all. */
  join(process: SimulatedProcess, bus: Bus): Bus;
  /** Calls and streams that are under way between live processes and the server. */
  underWay(): readonly string[];
}

export interface NetworkSettings {
  readonly time: Timing;
  readonly seed: number;
  /** As it is now. */
  weather(): Weather;
  /** A call is about to leave the process; false: it does not, since the process has just died. */
  leaves(process: SimulatedProcess, call: string): boolean;
  /** The server has done it, or has refused it; its process has not heard of that yet. `leftAtMs`: when it was sent. */
  done(process: SimulatedProcess, call: string, outcome: string, leftAtMs: number): void;
}

/** A reason, since making the platform's own costs more than the rest of a short stream. */
const isOver = new Error('the stream is over');

type Fate = 'refused' | 'lost' | 'unanswered' | 'late' | 'well';

export function createSimulatedNetwork(settings: NetworkSettings): SimulatedNetwork {
  const { time, seed, weather, leaves, done } = settings;
  const underWay = new Set<{ readonly process: SimulatedProcess; readonly call: string }>();

  const join = (process: SimulatedProcess, bus: Bus): Bus => {
    const random = randomStream(seed, 'network', process.name);
    const wayMs = (): number => Math.ceil(random.next() * weather().latencyMs);
    /** Makes a call of the process, whose promise settles where the answer reaches it. */
    const call = <Value>(name: string, ask: () => Promise<Value>, limitMs = patienceMs): Promise<Value> =>
      new Promise((resolve, reject) => {
        if (process.gone.aborted) return;
        const entry = { process, call: name };
        underWay.add(entry);
        const answer = (afterMs: number, settle: () => void): void => {
          time.after(afterMs, () =>
            process.receive(() => {
              underWay.delete(entry);
              settle();
            }),
          );
        };
        const fail = (afterMs: number, problem: string): void => answer(afterMs, () => reject(new BusError(name, problem)));
        const leftAtMs = time.monotonicMs();
        const arrive = (): void => {
          const report = (outcome: string): void => done(process, name, outcome, leftAtMs);
          ask().then(
            (value) => {
              report(outcomeOf(value));
              if (fate !== 'unanswered' && fate !== 'late') answer(wayMs(), () => resolve(value));
            },
            (error: Error) => {
              report(error.name);
              if (fate !== 'unanswered' && fate !== 'late') answer(wayMs(), () => reject(error));
            },
          );
        };
        // What is in the air goes on its way, whatever becomes of its sender.
        const fate = fateOf(random, weather());
        if (!leaves(process, name)) return;
        if (fate === 'refused') return fail(wayMs(), 'the server has no room for it now');
        if (fate !== 'well') fail(limitMs, 'the server did not answer in time');
        if (fate === 'lost') return;
        time.after(wayMs() + (fate === 'late' ? Math.ceil(random.next() * weather().lateMs) : 0), arrive);
      });

    /** The messages of a stream, each some time after it was there. */
    async function* stream<Message>(
      name: string,
      open: (signal: AbortSignal) => AsyncIterable<Message>,
      asked: AbortSignal,
    ): AsyncGenerator<Message> {
      const broken = new AbortController();
      using served = linked(asked, process.gone, broken.signal);
      const messages = open(served.signal)[Symbol.asyncIterator]();
      const next = (): Promise<IteratorResult<Message>> =>
        new Promise((resolve, reject) => {
          const arrive = (settle: () => void): void => void time.after(wayMs(), () => process.receive(settle));
          messages.next().then(
            (result) => {
              const isBroken = !result.done && random.next() < weather().broken;
              if (isBroken) arrive(() => reject(new BusError(name, 'the stream broke off')));
              else arrive(() => resolve(result));
            },
            (error: unknown) => arrive(() => reject(error)),
          );
        });
      const entry = { process, call: name };
      underWay.add(entry);
      try {
        for (;;) {
          const result = await next();
          if (result.done) return;
          yield result.value;
        }
      } finally {
        underWay.delete(entry);
        broken.abort(isOver);
        await messages.return?.();
      }
    }

    const deliveryOf = (delivery: Delivery): Delivery => {
      const { jobId } = delivery.job;
      return {
        ...delivery,
        heartbeat: () => call(`heartbeat ${jobId}`, () => delivery.heartbeat()),
        ack: () => call(`ack ${jobId}`, () => delivery.ack()),
        retry: (delayMs) => call(`retry ${jobId}`, () => delivery.retry(delayMs)),
        terminate: () => call(`terminate ${jobId}`, () => delivery.terminate()),
      };
    };
    const leaseOf = (name: string, lease: Lease): Lease => ({
      ...lease,
      renew: () => call(`renew ${name}`, () => lease.renew()),
      release: () => call(`release ${name}`, () => lease.release()),
    });

    const { jobs, results, log, journal, spending, blobs, runs, leases, troubles, workers, deadLetters, audit, memory } = bus;
    return {
      ...bus,
      jobs: {
        publish: (job) => call(`publish ${job.jobId}`, () => jobs.publish(job)),
        openLane: (kind, runId, limits) => call(`open lane ${kind}`, () => jobs.openLane(kind, runId, limits)),
        closeLanes: (runId) => call('close lanes', () => jobs.closeLanes(runId)),
        pull: async (kind, runId, limits, signal) => {
          using asked = linked(signal, process.gone);
          const pull = () => jobs.pull(kind, runId, limits, asked.signal);
          return (await call(`pull ${kind}`, pull, limits.waitMs + patienceMs)).map(deliveryOf);
        },
        outstanding: (runId) => call('list jobs', () => jobs.outstanding(runId)),
        count: (kind, runId) => call('count jobs', () => jobs.count(kind, runId)),
        waitingSince: (runId) => call('look at the queue', () => jobs.waitingSince(runId)),
        closeStuckLanes: (runId) => call('close stuck lanes', () => jobs.closeStuckLanes(runId)),
      },
      results: {
        put: (result) => call(`store ${result.jobId}`, () => results.put(result)),
        get: (runId, jobId) => call(`get ${jobId}`, () => results.get(runId, jobId)),
        jobIds: (runId) => call('list results', () => results.jobIds(runId)),
        follow: (runId, signal, after) => stream('follow results', (served) => results.follow(runId, served, after), signal),
      },
      log: {
        append: (runId, entry, last) => call(`append after ${last}`, () => log.append(runId, entry, last)),
        read: (runId, place, signal) => stream('read log', (served) => log.read(runId, place, served), signal),
        at: (runId, sequence) => call(`read entry ${sequence}`, () => log.at(runId, sequence)),
      },
      journal: {
        record: (runId, jobId, made) => call(`record ${jobId}`, () => journal.record(runId, jobId, made)),
        read: (runId, jobId) => call(`read calls of ${jobId}`, () => journal.read(runId, jobId)),
        noteStart: (runId, jobId, start) => call(`note start of ${jobId}`, () => journal.noteStart(runId, jobId, start)),
        starts: (runId, jobId) => call(`read starts of ${jobId}`, () => journal.starts(runId, jobId)),
      },
      spending: {
        note: (note) => call('note spending', () => spending.note(note)),
        read: (runId, place, signal) => stream('read spending', (served) => spending.read(runId, place, served), signal),
      },
      blobs: {
        put: (content) => call('put blob', () => blobs.put(content)),
        get: (name) => call('get blob', () => blobs.get(name)),
        collect: (limits, signal) => call('collect blobs', () => blobs.collect(limits, signal)),
      },
      runs: {
        put: (manifest) => call('put manifest', () => runs.put(manifest)),
        update: (runId, change) => call('update manifest', () => runs.update(runId, change)),
        get: (runId) => call('get manifest', () => runs.get(runId)),
        list: () => call('list manifests', () => runs.list()),
        watch: (signal) => stream('watch runs', (served) => runs.watch(served), signal),
      },
      leases: {
        acquire: async (name, holder) => {
          const lease = await call(`acquire ${name}`, () => leases.acquire(name, holder));
          return lease && leaseOf(name, lease);
        },
        holding: (name) => call(`look at ${name}`, () => leases.holding(name)),
      },
      troubles: {
        tell: (trouble) => void time.after(wayMs(), () => troubles.tell(trouble)),
        follow: (runId, signal) => stream('follow troubles', (served) => troubles.follow(runId, served), signal),
      },
      workers: {
        tell: (report) => void time.after(wayMs(), () => workers.tell(report)),
        follow: (signal) => stream('follow workers', (served) => workers.follow(served), signal),
      },
      deadLetters: {
        keep: (job, message) => call(`set ${job.jobId} aside`, () => deadLetters.keep(job, message)),
        list: () => call('list dead letters', () => deadLetters.list()),
        remove: (letter) => call(`remove letter ${letter.jobId}`, () => deadLetters.remove(letter)),
      },
      audit: {
        append: (entry) => call('note who did what', () => audit.append(entry)),
        read: (target, signal) => stream('read the audit log', (served) => audit.read(target, served), signal),
      },
      memory: {
        keep: (kept) => call('keep memory', () => memory.keep(kept)),
        list: (queriesHash) => call('list memory', () => memory.list(queriesHash)),
        forget: (runId) => call('forget memory', () => memory.forget(runId)),
      },
      check: (signal) => call('check', () => bus.check(signal)),
    };
  };
  return {
    join,
    underWay: () =>
      [...underWay].filter(({ process }) => !process.gone.aborted).map(({ process, call }) => `${process.name}: ${call}`),
  };
}

function fateOf(random: Random, { refused, lost, unanswered, late }: Weather): Fate {
  let draw = random.next();
  for (const [fate, share] of Object.entries({ refused, lost, unanswered, late }) as [Fate, number][]) {
    if (draw < share) return fate;
    draw -= share;
  }
  return 'well';
}

/** Of a call's value, what tells two runs apart. */
function outcomeOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((each: Partial<Delivery>) => `${each.job?.jobId}#${each.deliveryCount}`).join(' ');
  if (value instanceof Set || value instanceof Map) return String(value.size);
  return value === null || typeof value === 'object' ? 'there' : String(value);
}
