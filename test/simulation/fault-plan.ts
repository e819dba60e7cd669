import { randomInteger, randomStream } from '../../services/domain/random.ts';

/** How the network behaves towards all calls of the bus. Shares are of calls, from 0 to 1. */
export interface Weather {
  /** The way to the server, and the way back, each take up to this long. */
  readonly latencyMs: number;
  /** The server refuses it at once, with an error after which trying again may help. */
  readonly refused: number;
  /** It never reaches the server, and its caller hears nothing. */
  readonly lost: number;
  /** The server does it, and its caller hears nothing: a lost acknowledgement. */
  readonly unanswered: number;
  /** It reaches the server up to `lateMs` later, when its caller has given up long ago or is dead. */
  readonly late: number;
  readonly lateMs: number;
  /** Of messages of a stream: the stream breaks there. */
  readonly broken: number;
  /** Of jobs: the work takes longer than the server waits for a heartbeat. */
  readonly slowJobs: number;
}

export type Incident =
  /** The process that makes this call dies: before it is sent, or before it hears what came of it. It is started again later. */
  | { readonly kind: 'kill'; readonly atStep: number; readonly when: 'before' | 'after'; readonly downMs: number }
  /** Some coordinator or worker dies. */
  | { readonly kind: 'kill-other'; readonly atStep: number; readonly which: number; readonly downMs: number }
  /** Some coordinator or worker is asked to end, and does so in good order while another takes its place. */
  | { readonly kind: 'replace'; readonly atStep: number; readonly which: number }
  /** The process that makes this call stands still, with its call on the way. */
  | { readonly kind: 'pause'; readonly atStep: number; readonly forMs: number }
  /** The jobs that are being worked on are delivered once more. */
  | { readonly kind: 'redeliver'; readonly atStep: number }
  /** Somebody empties the run's queue, and its lanes are gone too. */
  | { readonly kind: 'purge'; readonly atStep: number }
  /** The store is lost, and made anew. */
  | { readonly kind: 'wipe'; readonly atStep: number }
  /** The server is killed and comes back: nothing reaches it meanwhile, and it has forgotten what it had delivered. */
  | { readonly kind: 'restart'; readonly atStep: number; readonly downMs: number }
  /** Some coordinator or worker reaches the server no more, or hears nothing of it, or both. */
  | {
      readonly kind: 'partition';
      readonly atStep: number;
      readonly which: number;
      readonly way: 'to' | 'from' | 'both';
      readonly forMs: number;
    }
  /**
   * In a cluster of three, the leader is cut off from the others: some coordinators and workers are on its side, where they read
   * what was there at the cut and have nothing stored.
   */
  | { readonly kind: 'lost-leader'; readonly atStep: number; readonly which: readonly number[]; readonly forMs: number }
  /** The server's disk is full: it stores nothing for anybody, leases included, while it reads, delivers and is told of ends. */
  | { readonly kind: 'full'; readonly atStep: number; readonly forMs: number }
  /** The server's disk stands still: all that reaches it meanwhile is done at once when it goes on, whoever has given up. */
  | { readonly kind: 'stall'; readonly atStep: number; readonly forMs: number };

/** Everything that goes wrong in one simulated run, and who takes part in it. */
export interface FaultPlan {
  readonly seed: number;
  readonly coordinators: number;
  /** Of each kind: executors, and as many predictors, but two at most. */
  readonly workers: number;
  /** Of the bus: one server, or a cluster with three replicas. */
  readonly nodes: 1 | 3;
  readonly slots: number;
  /** How far the wall clocks of two machines may be apart. */
  readonly clocksApartMs: number;
  readonly weather: Weather;
  /** By the steps of the run, which are the calls of the bus: in each of their gaps something can happen. */
  readonly incidents: readonly Incident[];
}

/** Far enough apart that each can be told from the other, near enough that a run has time for all of them. */
export const ackWaitMs = 4_000;
export const leaseTtlMs = 3_000;
/** A caller gives up after this long without an answer. */
export const patienceMs = 1_000;

/** Shares of the weather by which calls and streams fail; slow jobs are no failure. */
export const spoiling = ['refused', 'lost', 'unanswered', 'late', 'broken'] as const satisfies readonly (keyof Weather)[];

export const calm: Weather = { latencyMs: 0, refused: 0, lost: 0, unanswered: 0, late: 0, lateMs: 0, broken: 0, slowJobs: 0 };

export const undisturbed: FaultPlan = {
  seed: 0,
  coordinators: 1,
  workers: 1,
  nodes: 1,
  slots: 4,
  clocksApartMs: 0,
  weather: calm,
  incidents: [],
};

const shares = [0, 0, 0.005, 0.02];
/**
 * In longer runs each share is smaller, so that they meet with no more faults than these: one that fails at every step goes on
 * for hours.
 */
const stepsOfSmallRun = 500;

/** Places of coordinators and workers, of which there are as many at most. */
const places = 7;

/** @param steps of the undisturbed run */
export function faultPlanOf(seed: number, steps: number): FaultPlan {
  const random = randomStream(seed, 'fault plan');
  const upTo = (most: number): number => randomInteger(random, most + 1);
  const rarity = Math.min(1, stepsOfSmallRun / steps);
  const share = (): number => (shares[randomInteger(random, shares.length)] ?? 0) * rarity;
  const weather: Weather = {
    latencyMs: 1 + upTo(20),
    refused: share(),
    lost: share(),
    unanswered: share(),
    late: share(),
    lateMs: 2 * ackWaitMs,
    broken: share(),
    slowJobs: share(),
  };
  const nodes = upTo(2) === 0 ? 3 : 1;
  const incident = (): Incident => {
    const atStep = upTo(Math.ceil(1.2 * steps));
    switch (randomInteger(random, 12)) {
      case 0:
        return { kind: 'redeliver', atStep };
      case 1:
        return { kind: 'pause', atStep, forMs: upTo(3 * ackWaitMs) };
      case 2:
        return { kind: 'purge', atStep };
      case 3:
        return { kind: 'replace', atStep, which: upTo(places) };
      case 4:
        return { kind: 'kill-other', atStep, which: upTo(places), downMs: upTo(2 * leaseTtlMs) };
      case 5:
        return { kind: 'wipe', atStep };
      case 6:
        return { kind: 'restart', atStep, downMs: upTo(2 * patienceMs) };
      case 7:
      case 8: {
        const way = (['to', 'from', 'both'] as const)[upTo(2)] ?? 'both';
        return { kind: 'partition', atStep, which: upTo(places), way, forMs: upTo(3 * ackWaitMs) };
      }
      case 9: {
        if (nodes === 1) return { kind: 'restart', atStep, downMs: upTo(2 * patienceMs) };
        const which = Array.from({ length: places }, (_, index) => index).filter(() => upTo(1) === 0);
        return { kind: 'lost-leader', atStep, which, forMs: upTo(2 * leaseTtlMs) };
      }
      default:
        return { kind: 'kill', atStep, when: upTo(1) === 0 ? 'before' : 'after', downMs: upTo(2 * leaseTtlMs) };
    }
  };
  const { clocksApartMs, ofDisk } = clocksAndDisk(seed, steps);
  return {
    seed,
    coordinators: 1 + upTo(1),
    workers: 1 + upTo(2),
    nodes,
    slots: 1 + upTo(5),
    clocksApartMs,
    weather,
    incidents: [...Array.from({ length: 1 + upTo(5) }, incident), ...ofDisk].sort((one, other) => one.atStep - other.atStep),
  };
}

const hourMs = 3_600_000;

function clocksAndDisk(seed: number, steps: number): Pick<FaultPlan, 'clocksApartMs'> & { readonly ofDisk: Incident[] } {
  const random = randomStream(seed, 'clocks and disk');
  const upTo = (most: number): number => randomInteger(random, most + 1);
  const clocksApartMs = [0, 2 * hourMs, 48 * hourMs][upTo(2)] ?? 0;
  const kind = (['full', 'stall', 'none', 'none'] as const)[upTo(3)] ?? 'none';
  if (kind === 'none') return { clocksApartMs, ofDisk: [] };
  return { clocksApartMs, ofDisk: [{ kind, atStep: upTo(steps), forMs: upTo(3 * ackWaitMs) }] };
}
