import type { Timing } from '../../shared/lifecycle/timing.ts';

/** Of one client, so that none takes the coordinator from the others. */
export interface CallLimits {
  readonly callsPerSecond: number;
  /** Calls and streams under way. */
  readonly callsAtOnce: number;
}

export interface CallMeter {
  /** @returns what ends the call's share, or the sentence with which it is refused */
  begin(client: string): { readonly end: () => void } | CallRefusal;
}

export interface CallRefusal {
  readonly refusal: string;
  readonly retryAfterMs: number;
}

/** What a client may have saved up: seconds of its rate. */
const burstSeconds = 2;
/** A call ends when it ends; this is when to look again. */
const lookAgainMs = 250;
const mostIdle = 1_000;

interface Client {
  /** Calls that it may make at once, as of `at`. */
  credit: number;
  at: number;
  underWay: number;
}

export function createCallMeter({ callsPerSecond, callsAtOnce }: CallLimits, timing: Timing): CallMeter {
  const clients = new Map<string, Client>();
  const most = callsPerSecond * burstSeconds;
  const creditNow = ({ credit, at }: Client, now: number) => Math.min(most, credit + ((now - at) / 1_000) * callsPerSecond);
  const forgetIdle = (now: number): void => {
    for (const [name, client] of clients) {
      if (client.underWay === 0 && creditNow(client, now) >= most) clients.delete(name);
    }
  };
  return {
    begin: (name) => {
      const now = timing.monotonicMs();
      if (clients.size > mostIdle) forgetIdle(now);
      const client = clients.get(name) ?? { credit: most, at: now, underWay: 0 };
      clients.set(name, client);
      if (client.underWay >= callsAtOnce) {
        return {
          refusal: `${name} has ${client.underWay} calls under way, and may have ${callsAtOnce} (SCALE_CONTROL_CALLS_AT_ONCE)`,
          retryAfterMs: lookAgainMs,
        };
      }
      client.credit = creditNow(client, now);
      client.at = now;
      if (client.credit < 1) {
        return {
          refusal: `${name} makes too many calls: it may make ${callsPerSecond} in a second (SCALE_CONTROL_CALLS_PER_SECOND)`,
          retryAfterMs: Math.ceil(((1 - client.credit) / callsPerSecond) * 1_000),
        };
      }
      client.credit -= 1;
      client.underWay += 1;
      let isOver = false;
      return {
        end: () => {
          if (!isOver) client.underWay -= 1;
          isOver = true;
        },
      };
    },
  };
}
