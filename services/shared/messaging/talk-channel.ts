import { type TalkFrame, TalkSign } from '../contracts/generated/scale/v1/talk.ts';
import { every, type Timing } from '../lifecycle/timing.ts';
import { TalkLostError } from './errors.ts';
import type { Talk } from './talks.ts';

/** One side of a talk, without the way that its frames take. */
export interface TalkChannel extends Talk {
  /** A frame has come from the other side. */
  saw(frame: TalkFrame): void;
  /** A frame could not be delivered: nobody has the other side's address. */
  unheard(): void;
  /** The way has been closed for a while, and is open again: nobody is silent for that. */
  reopened(): void;
}

export interface TalkChannelSettings {
  /** Sends a frame to the other side, in the order of the calls; it may be lost. */
  post(frame: TalkFrame): void;
  /** Called once when the talk is over. */
  closed(): void;
  readonly timing: Timing;
  readonly partBytes?: number;
}

/** Far below what a NATS server takes by default, 1 MiB. */
const usualPartBytes = 128 * 1024;
const aliveMs = 1_000;
/** Longer than a process stands still that collects garbage or shares a processor. */
const silentMs = 10_000;
/** A client that connects to another server of a cluster has no address for a moment. */
const unheardAtMost = 2;
const noBody = Buffer.alloc(0);

export function createTalkChannel({ post, closed, timing, partBytes = usualPartBytes }: TalkChannelSettings): TalkChannel {
  const over = new AbortController();
  const parts: Uint8Array[] = [];
  const come: Uint8Array[] = [];
  let [sent, got] = [0, 0];
  let heardMs = timing.monotonicMs();
  let wasUnheard = false;
  let unheardTimes = 0;
  let lost: TalkLostError | undefined;
  let wake: (() => void) | undefined;

  const close = (reason: Error): void => {
    if (over.signal.aborted) return;
    ticking[Symbol.dispose]();
    over.abort(reason);
    wake?.();
    closed();
  };
  const lose = (problem: string): void => {
    if (over.signal.aborted) return;
    lost = new TalkLostError(problem);
    post({ sign: TalkSign.UNKNOWN, sequence: sent, body: noBody });
    close(lost);
  };
  const ticking = every(timing, aliveMs, () => {
    unheardTimes = wasUnheard ? unheardTimes + 1 : 0;
    wasUnheard = false;
    if (unheardTimes >= unheardAtMost) return lose('the other side is gone');
    if (timing.monotonicMs() - heardMs > silentMs) return lose(`the other side has not been heard of for ${silentMs / 1000} s`);
    post({ sign: TalkSign.ALIVE, sequence: sent, body: noBody });
  });
  const take = ({ sign, sequence, body }: TalkFrame): void => {
    if (sequence <= got) return;
    got = sequence;
    parts.push(body);
    if (sign === TalkSign.PART) return;
    come.push(Buffer.concat(parts.splice(0)));
    wake?.();
  };

  return {
    over: over.signal,
    send(message) {
      if (over.signal.aborted) return;
      const whole = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
      for (let start = 0; start === 0 || start < whole.length; start += partBytes) {
        sent += 1;
        const sign = start + partBytes < whole.length ? TalkSign.PART : TalkSign.LAST_PART;
        post({ sign, sequence: sent, body: whole.subarray(start, start + partBytes) });
      }
    },
    async *messages() {
      for (;;) {
        const message = come.shift();
        if (message !== undefined) yield message;
        else if (lost !== undefined) throw lost;
        else if (over.signal.aborted) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
    end() {
      if (over.signal.aborted) return;
      post({ sign: TalkSign.ENDED, sequence: sent, body: noBody });
      close(ended());
    },
    saw(frame) {
      if (over.signal.aborted) return;
      heardMs = timing.monotonicMs();
      wasUnheard = false;
      const { sign, sequence } = frame;
      const isPart = sign === TalkSign.PART || sign === TalkSign.LAST_PART;
      if (sign === TalkSign.UNKNOWN) {
        lost = new TalkLostError('the other side knows of it no more');
        return close(lost);
      }
      if (sequence > (isPart ? got + 1 : got)) return lose('a part of it was lost on the way');
      if (isPart) return take(frame);
      if (sign === TalkSign.ENDED) close(ended());
    },
    unheard() {
      wasUnheard = true;
    },
    reopened() {
      heardMs = timing.monotonicMs();
    },
  };
}

/** Why the signal of a talk aborts that was not lost. */
const ended = (): Error => new Error('the talk was ended');
