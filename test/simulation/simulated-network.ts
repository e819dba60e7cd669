import type { Random } from '../../services/domain/ports.ts';
import { randomStream } from '../../services/domain/random.ts';
import { linked } from '../../services/shared/lifecycle/abort.ts';
import type { Timing } from '../../services/shared/lifecycle/timing.ts';
import type { Bus, Delivery, Lease } from '../../services/shared/messaging/bus.ts';
import { BusError, LogLostError } from '../../services/shared/messaging/errors.ts';
import { patienceMs, type Weather } from './fault-plan.ts';
import type { SimulatedProcess } from './simulated-process.ts';

export interface SimulatedNetwork {
  /** The server's bus, as the process reaches it: later, in part, or not at all. */
  join(process: SimulatedProcess, bus: Bus): Bus;
  /** From now on, and for so long, nothing of the process reaches the server, or nothing of the server reaches the process. */
  cutOff(process: SimulatedProcess, way: 'to' | 'from' | 'both', forMs: number): void;
  /** For so long the process reaches this bus instead: one that stores nothing itself. */
  divert(process: SimulatedProcess, bus: Bus, forMs: number): void;
  /** For so long the server's disk takes nothing more, or stands still. */
  disk(trouble: 'full' | 'stall', forMs: number): void;
  /** The server's store is gone: an append that was sent to it is not tried in the next one (docs/decisions/0032). */
  wiped(): void;
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

interface Cut {
  readonly way: 'to' | 'from' | 'both';
  readonly untilMs: number;
}

/** Calls after which something is stored. The end of a delivery is not on the disk when it is told. */
const writes = /^(publish|open lane|store|append|record|note|put|update|acquire|renew|set|keep|remove|forget) /;

type Fate = 'refused' | 'lost' | 'unanswered' | 'late' | 'well';

export function createSimulatedNetwork(settings: NetworkSettings): SimulatedNetwork {
  const { time, seed, weather, leaves, done } = settings;
  let store = 0;
  const diskUntilMs = { full: 0, stall: 0 };
  const underWay = new Set<{ readonly process: SimulatedProcess; readonly call: string }>();
  const cuts = new Map<SimulatedProcess, Cut>();
  const diverted = new Map<SimulatedProcess, Bus>();
  /** What breaks the streams of a process. */
  const streams = new Map<SimulatedProcess, Set<() => void>>();
  const isCut = (process: SimulatedProcess, way: 'to' | 'from'): boolean => {
    const cut = cuts.get(process);
    return cut !== undefined && cut.way !== (way === 'to' ? 'from' : 'to') && time.monotonicMs() < cut.untilMs;
  };
  const breakStreams = (process: SimulatedProcess): void => {
    for (const breakOff of [...(streams.get(process) ?? [])]) breakOff();
  };

  const join = (process: SimulatedProcess, whole: Bus): Bus => {
    const random = randomStream(seed, 'network', process.name);
    const reached = (): Bus => diverted.get(process) ?? whole;
    const wayMs = (): number => Math.ceil(random.next() * weather().latencyMs);
    /** Makes a call of the process, whose promise settles where the answer reaches it. */
    const call = <Value>(name: string, ask: () => Promise<Value>, { limitMs = patienceMs, again = false } = {}): Promise<Value> =>
      new Promise((resolve, reject) => {
        if (process.gone.aborted) return;
        const entry = { process, call: name };
        underWay.add(entry);
        const leftAtMs = time.monotonicMs();
        const asked = diverted.get(process);
        const receive = (settle: () => void): void =>
          process.receive(() => {
            underWay.delete(entry);
            settle();
          });
        const unheard = (): void => receive(() => reject(new BusError(name, 'the server did not answer in time')));
        const answer = (settle: () => void): void =>
          void time.after(wayMs(), () => {
            // Who has been led to another server meanwhile is not answered by the one that it had asked.
            if (!isCut(process, 'from') && diverted.get(process) === asked) return receive(settle);
            time.after(leftAtMs + limitMs - time.monotonicMs(), unheard);
          });
        const arrive = (): void => {
          if (time.monotonicMs() < diskUntilMs.full && writes.test(name)) {
            done(process, name, 'the disk is full', leftAtMs);
            if (isAnswered) answer(() => reject(new BusError(name, 'the disk is full')));
            return;
          }
          const report = (outcome: string): void => done(process, name, outcome, leftAtMs);
          ask().then(
            (value) => {
              report(outcomeOf(value));
              if (isAnswered) answer(() => resolve(value));
              if (again && fate === 'unanswered') time.after(wayMs(), () => ask().catch(() => undefined));
            },
            (error: Error) => {
              report(error.name);
              if (isAnswered) answer(() => reject(error));
            },
          );
        };
        // What is in the air goes on its way, whatever becomes of its sender.
        const drawn = fateOf(random, weather());
        if (!leaves(process, name)) return;
        const fate = isCut(process, 'to') ? 'lost' : drawn;
        const stalledMs = Math.max(0, diskUntilMs.stall - leftAtMs);
        const isAnswered = fate === 'well' && stalledMs < limitMs;
        if (fate === 'refused') return answer(() => reject(new BusError(name, 'the server has no room for it now')));
        if (!isAnswered) time.after(limitMs, unheard);
        if (fate === 'lost') return;
        time.after(stalledMs + wayMs() + (fate === 'late' ? Math.ceil(random.next() * weather().lateMs) : 0), arrive);
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
      let breakNext = (): void => undefined;
      const next = (): Promise<IteratorResult<Message>> =>
        new Promise((resolve, reject) => {
          // A message on a way that is cut is lost, and its stream is broken when the way is whole again.
          const arrive = (settle: () => void): void =>
            void time.after(wayMs(), () => isCut(process, 'from') || process.receive(settle));
          breakNext = () => process.receive(() => reject(new BusError(name, 'the stream broke off')));
          messages.next().then(
            (result) => {
              if (broken.signal.aborted || (!result.done && random.next() < weather().broken)) time.after(wayMs(), breakNext);
              else arrive(() => resolve(result));
            },
            (error: unknown) => arrive(() => reject(error)),
          );
        });
      const breakOff = (): void => {
        broken.abort(isOver);
        breakNext();
      };
      const ofProcess = streams.get(process) ?? new Set();
      streams.set(process, ofProcess.add(breakOff));
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
        ofProcess.delete(breakOff);
        broken.abort(isOver);
        await messages.return?.();
      }
    }

    /** What was begun with the whole store waits for it. */
    const inWhole = async <Value>(ask: () => Promise<Value>): Promise<Value> => {
      if (!diverted.has(process)) return await ask();
      await time.sleep(patienceMs, new AbortController().signal);
      throw new BusError('settle', 'the server did not answer in time');
    };
    const deliveryOf = (delivery: Delivery): Delivery => {
      const { jobId } = delivery.job;
      return {
        ...delivery,
        heartbeat: () => call(`heartbeat ${jobId}`, () => inWhole(() => delivery.heartbeat())),
        ack: () => call(`ack ${jobId}`, () => inWhole(() => delivery.ack())),
        retry: (delayMs) => call(`retry ${jobId}`, () => inWhole(() => delivery.retry(delayMs))),
        terminate: () => call(`terminate ${jobId}`, () => inWhole(() => delivery.terminate())),
      };
    };
    const leaseOf = (name: string, lease: Lease): Lease => ({
      ...lease,
      renew: () => call(`renew ${name}`, () => inWhole(() => lease.renew())),
      release: () => call(`release ${name}`, () => inWhole(() => lease.release())),
    });

    return {
      ...whole,
      jobs: {
        publish: (job) => call(`publish ${job.jobId}`, () => reached().jobs.publish(job)),
        openLane: (kind, runId, limits) => call(`open lane ${kind}`, () => reached().jobs.openLane(kind, runId, limits)),
        closeLanes: (runId) => call('close lanes', () => reached().jobs.closeLanes(runId)),
        pull: async (kind, runId, { arrived, ...limits }, signal) => {
          using asked = linked(signal, process.gone);
          const pull = () => reached().jobs.pull(kind, runId, limits, asked.signal);
          const deliveries = (await call(`pull ${kind}`, pull, { limitMs: limits.waitMs + patienceMs })).map(deliveryOf);
          for (const delivery of deliveries) arrived?.(delivery);
          return deliveries;
        },
        outstanding: (runId) => call('list jobs', () => reached().jobs.outstanding(runId)),
        count: (kind, runId) => call('count jobs', () => reached().jobs.count(kind, runId)),
        waitingSince: (runId) => call('look at the queue', () => reached().jobs.waitingSince(runId)),
        // Nobody pauses a lane here, and a call would draw from the faults of others.
        pausedLanes: async () => new Map(),
        closeStuckLanes: (runId) => call('close stuck lanes', () => reached().jobs.closeStuckLanes(runId)),
      },
      results: {
        put: (result) => call(`store ${result.jobId}`, () => reached().results.put(result)),
        get: (runId, jobId) => call(`get ${jobId}`, () => reached().results.get(runId, jobId)),
        getTimed: (runId, jobId) => call(`get ${jobId} with its time`, () => reached().results.getTimed(runId, jobId)),
        jobIds: (runId) => call('list results', () => reached().results.jobIds(runId)),
        follow: (runId, signal, after) =>
          stream('follow results', (served) => reached().results.follow(runId, served, after), signal),
      },
      log: {
        append: (runId, entry, last) => {
          const sentTo = store;
          const append = async (): Promise<number> => {
            if (last !== 0 && store !== sentTo) throw new LogLostError(`append after ${last}`);
            return await reached().log.append(runId, entry, last);
          };
          return call(`append after ${last}`, append);
        },
        read: (runId, place, signal) => stream('read log', (served) => reached().log.read(runId, place, served), signal),
        at: (runId, sequence) => call(`read entry ${sequence}`, () => reached().log.at(runId, sequence)),
      },
      journal: {
        record: (runId, jobId, made) => call(`record ${jobId}`, () => reached().journal.record(runId, jobId, made)),
        read: (runId, jobId) => call(`read calls of ${jobId}`, () => reached().journal.read(runId, jobId)),
        noteStart: (runId, jobId, start) =>
          call(`note start of ${jobId}`, () => reached().journal.noteStart(runId, jobId, start)),
        starts: (runId, jobId) => call(`read starts of ${jobId}`, () => reached().journal.starts(runId, jobId)),
      },
      spending: {
        note: (note) => call('note spending', () => reached().spending.note(note), { again: true }),
        read: (runId, place, signal) =>
          stream('read spending', (served) => reached().spending.read(runId, place, served), signal),
      },
      blobs: {
        put: (content) => call('put blob', () => reached().blobs.put(content)),
        get: (name) => call('get blob', () => reached().blobs.get(name)),
        collect: (limits, signal) => call('collect blobs', () => reached().blobs.collect(limits, signal)),
      },
      runs: {
        put: (manifest) => call('put manifest', () => reached().runs.put(manifest)),
        add: (manifest) => call('add manifest', () => reached().runs.add(manifest)),
        update: (runId, change) => call('update manifest', () => reached().runs.update(runId, change)),
        get: (runId) => call('get manifest', () => reached().runs.get(runId)),
        list: () => call('list manifests', () => reached().runs.list()),
        watch: (signal) => stream('watch runs', (served) => reached().runs.watch(served), signal),
      },
      leases: {
        acquire: async (name, holder) => {
          const lease = await call(`acquire ${name}`, () => reached().leases.acquire(name, holder));
          return lease && leaseOf(name, lease);
        },
        holding: (name) => call(`look at ${name}`, () => reached().leases.holding(name)),
      },
      troubles: {
        tell: (trouble) => void time.after(wayMs(), () => reached().troubles.tell(trouble)),
        follow: (runId, signal) => stream('follow troubles', (served) => reached().troubles.follow(runId, served), signal),
      },
      workers: {
        tell: (report) => void time.after(wayMs(), () => reached().workers.tell(report)),
        follow: (signal) => stream('follow workers', (served) => reached().workers.follow(served), signal),
      },
      deadLetters: {
        keep: (job, message) => call(`set ${job.jobId} aside`, () => reached().deadLetters.keep(job, message)),
        list: () => call('list dead letters', () => reached().deadLetters.list()),
        remove: (letter) => call(`remove letter ${letter.jobId}`, () => reached().deadLetters.remove(letter)),
      },
      audit: {
        append: (entry) => call('note who did what', () => reached().audit.append(entry)),
        read: (target, signal) => stream('read the audit log', (served) => reached().audit.read(target, served), signal),
      },
      memory: {
        keep: (kept) => call('keep memory', () => reached().memory.keep(kept)),
        list: (queriesHash) => call('list memory', () => reached().memory.list(queriesHash)),
        forget: (runId) => call('forget memory', () => reached().memory.forget(runId)),
      },
      check: (signal) => call('check', () => reached().check(signal)),
    };
  };
  return {
    join,
    cutOff(process, way, forMs) {
      cuts.set(process, { way, untilMs: time.monotonicMs() + forMs });
      time.after(forMs, () => breakStreams(process));
    },
    divert(process, bus, forMs) {
      diverted.set(process, bus);
      breakStreams(process);
      time.after(forMs, () => {
        if (diverted.get(process) !== bus) return;
        diverted.delete(process);
        breakStreams(process);
      });
    },
    disk(trouble, forMs) {
      diskUntilMs[trouble] = time.monotonicMs() + forMs;
    },
    wiped() {
      store += 1;
    },
    underWay: () =>
      [...underWay].filter(({ process }) => !process.gone.aborted).map(({ process, call }) => `${process.name}: ${call}`),
  };
}

function fateOf(random: Random, { refused, lost, unanswered, late }: Weather): Fate {
  const draw = random.next();
  if (draw < refused) return 'refused';
  if (draw < refused + lost) return 'lost';
  if (draw < refused + lost + unanswered) return 'unanswered';
  return draw < refused + lost + unanswered + late ? 'late' : 'well';
}

/** Of a call's value, what tells two runs apart. */
function outcomeOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((each: Partial<Delivery>) => `${each.job?.jobId}#${each.deliveryCount}`).join(' ');
  if (value instanceof Set || value instanceof Map) return String(value.size);
  return value === null || typeof value === 'object' ? 'there' : String(value);
}
