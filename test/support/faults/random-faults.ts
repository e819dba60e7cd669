import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../services/domain/ports.ts';
import { randomInteger } from '../../../services/domain/random.ts';
import type { ChaosCluster, Member } from '../cluster/chaos-cluster.ts';
import type { ChaosProxy, Weather } from './chaos-proxy.ts';

/** A fault as it was drawn: the same seed draws the same ones. */
export interface RandomFault {
  readonly what: string;
  /** Resolves when it is over. */
  happens(): Promise<void>;
}

export interface RandomFaultSettings {
  /** Whom nobody kills, so that it can be seen whether they grow. They are stopped and cut off like all. */
  readonly isSpared?: (member: Member) => boolean;
  /** Of a fault that lasts; default 8 s at most. */
  readonly longestMs?: number;
  /** Moves the clock of a process by seconds, where that works. */
  readonly jumpClock?: (member: Member, seconds: number) => Promise<void>;
}

type Draw = (random: Random) => RandomFault | undefined;

const pick = <T>(random: Random, items: readonly T[]): T | undefined => items[randomInteger(random, Math.max(1, items.length))];

/** One of all faults that a cluster of processes can meet and must survive. */
export function drawFault(cluster: ChaosCluster, random: Random, settings: RandomFaultSettings = {}): RandomFault {
  const { isSpared = () => false, longestMs = 8_000, jumpClock } = settings;
  const { members, model, nats } = cluster;
  const lasting = () => 500 + randomInteger(random, longestMs - 500);
  const mortal = members.filter((member) => !isSpared(member));

  const kill: Draw = () => {
    const member = pick(random, mortal);
    return member && { what: `kill ${member.name}`, happens: () => member.kill() };
  };
  const freeze: Draw = () => {
    const [member, ms] = [pick(random, members), lasting()];
    return member && { what: `stop ${member.name} for ${ms} ms`, happens: () => during(ms, () => member.freeze(), member.thaw) };
  };
  const weather = (of: string, proxy: ChaosProxy, name: string, kind: Weather, ms: number): RandomFault => ({
    what: `${name} between ${of} for ${ms} ms`,
    happens: () =>
      during(
        ms,
        async () => proxy.weather(kind),
        () => proxy.weather({}),
      ),
  });
  const spoiled: Draw = () => {
    const member = pick(random, members);
    const [name, kind] = pick(random, Object.entries(weathers)) ?? ['', {}];
    return member && weather(`${member.name} and NATS`, member.nats, name, kind, lasting());
  };
  const broken: Draw = () => {
    const member = pick(random, members);
    if (member === undefined) return undefined;
    const bytes = randomInteger(random, 4_000);
    const [name, act] = pick(random, [
      ['reset', () => member.nats.reset()],
      ['leave half open', () => member.nats.halfOpen()],
      [`cut after ${bytes} bytes`, () => member.nats.cutAfter(bytes)],
    ] as const) ?? ['', () => undefined];
    return { what: `${name} the connection between ${member.name} and NATS`, happens: async () => act() };
  };
  const server: Draw = () => {
    const ms = randomInteger(random, longestMs / 2);
    return random.next() < 0.5
      ? { what: `kill nats-server, and start it after ${ms} ms`, happens: () => during(ms, nats.kill, nats.start) }
      : { what: `stop nats-server for ${ms} ms`, happens: () => during(ms, async () => nats.freeze(), nats.thaw) };
  };
  const endpoint: Draw = () => {
    const [name, kind] = pick(random, Object.entries(modelWeathers)) ?? ['', {}];
    return weather('workers and the model', model, name, kind, lasting());
  };
  const clock: Draw = () => {
    const [member, seconds] = [pick(random, members), pick(random, [3_600, -3_600, 3 * 86_400, 0]) ?? 0];
    if (member === undefined || jumpClock === undefined) return undefined;
    return { what: `move the clock of ${member.name} to ${seconds} s beside`, happens: () => jumpClock(member, seconds) };
  };
  for (;;) {
    const fault = pick(random, [kill, kill, kill, freeze, freeze, spoiled, spoiled, broken, server, endpoint, clock])?.(random);
    if (fault !== undefined) return fault;
  }
}

const weathers: Readonly<Record<string, Weather>> = {
  'a black hole': { blackHole: 'both' },
  'no way back': { blackHole: 'from-server' },
  'no way there': { blackHole: 'from-client' },
  'half a second of delay': { latencyMs: 400, jitterMs: 200 },
  '20 kB a second': { bytesPerSecond: 20_000 },
  'one piece in fifty cut': { cutShare: 0.02 },
};

const modelWeathers: Readonly<Record<string, Weather>> = {
  'a black hole': { blackHole: 'both' },
  'nobody let in': { refuses: true },
  'one piece in ten cut': { cutShare: 0.1 },
  'two seconds of delay': { latencyMs: 1_500, jitterMs: 1_000 },
};

async function during(ms: number, begin: () => Promise<void>, end: () => void | Promise<void>): Promise<void> {
  await begin();
  await sleep(ms);
  await end();
}
