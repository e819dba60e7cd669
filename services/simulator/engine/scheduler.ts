import { blockTokens } from '../block-hashes.ts';
import type { EngineSettings } from './engine-settings.ts';
import { createKvBlocks } from './kv-blocks.ts';
import type { NewSequence, Sequence } from './sequence.ts';

/** One pass of the model over the running batch. */
export interface Step {
  /** The sequences in it, how many tokens of each are computed, and whether one more comes out. */
  readonly parts: readonly { readonly sequence: Sequence; readonly tokens: number; readonly samples: boolean }[];
  readonly prefillTokens: number;
  readonly decoding: number;
  /** On the machine that the engine stands for. */
  readonly durationMs: number;
}

/** Decides what each step computes. It knows no time. */
export interface Scheduler {
  readonly running: number;
  readonly waiting: number;
  readonly preemptions: number;
  /** The part of the KV cache that sequences hold, 0 to 1. */
  readonly kvUsage: number;
  /** @throws RangeError for a sequence that would not fit the KV cache by itself */
  add(sequence: NewSequence): Sequence;
  /** Ends a sequence wherever it is; its blocks are free at once. */
  cancel(sequence: Sequence): void;
  /**
   * The next step; undefined if there is nothing to do. It may be asked for while the one before it is under way: what that one
   * will give is not known then, so a sequence that ends with it is in this one too, for nothing.
   */
  next(): Step | undefined;
  /** Those of the step that have got a token. */
  finish(step: Step): readonly Sequence[];
}

type Mutable = { -readonly [Field in keyof Sequence]: Sequence[Field] } & {
  /** Tokens whose KV is in its blocks, or will be when the steps that were asked for end. */
  computed: number;
  /** Output tokens that these steps will give. */
  awaited: number;
  /** Up to here it computes what it was given, not what it generates: the prompt, after a preemption the output so far too. */
  prefill: number;
  blocks: number[];
  remembered: number;
};

/**
 * As vLLM's (V1) schedules by default: first come, first served; running sequences first, then waiting ones while there is room
 * in the batch, the step's tokens and the cache; long prompts in chunks; when a running sequence finds no block, the newest is
 * preempted and later computed again. A token that was under way then stays.
 */
export function createScheduler(settings: EngineSettings): Scheduler {
  const blocks = createKvBlocks(settings.kvBlocks);
  const known = new WeakMap<Sequence, Mutable>();
  const running: Mutable[] = [];
  const waiting: Mutable[] = [];
  let preemptions = 0;

  const letGo = (sequence: Mutable): void => {
    blocks.release(sequence.blocks);
    sequence.blocks = [];
    sequence.remembered = 0;
  };

  const preempt = (sequence: Mutable): void => {
    letGo(sequence);
    sequence.computed = 0;
    sequence.state = 'waiting';
    sequence.preemptions += 1;
    preemptions += 1;
    waiting.unshift(sequence);
  };

  /** Its blocks for the tokens of the step. The full ones can be found from now on, by others in the same step too. */
  const grow = (sequence: Mutable, tokens: number): boolean => {
    const wanted = Math.ceil((sequence.computed + tokens) / blockTokens) - sequence.blocks.length;
    const fresh = blocks.hold([], wanted);
    if (fresh === undefined) return false;
    sequence.blocks.push(...fresh);
    const full = Math.floor((sequence.computed + tokens) / blockTokens);
    for (; sequence.remembered < full; sequence.remembered += 1) {
      const block = sequence.blocks[sequence.remembered];
      const hash = sequence.blockHashes[sequence.remembered];
      if (block !== undefined && hash !== undefined) blocks.remember(block, hash);
    }
    return true;
  };

  /** Whether it grew, if need be at the cost of the newest sequences, which may be itself in the end. */
  const growOrPreempt = (sequence: Mutable, tokens: number): boolean => {
    while (!grow(sequence, tokens)) {
      const newest = running.pop();
      if (newest === undefined) return false;
      preempt(newest);
      if (newest === sequence) return false;
    }
    return true;
  };

  const admit = (sequence: Mutable, budget: number): number | undefined => {
    const tokens = lengthOf(sequence);
    // The last token is computed in any case: without it there is nothing to go on from.
    const cached = blocks.cached(sequence.blockHashes, Math.floor((tokens - 1) / blockTokens));
    // All of it must fit, not only the first chunk, lest it is preempted before it has begun.
    if (!blocks.fits(cached, Math.ceil(tokens / blockTokens) - cached.length)) return undefined;
    sequence.blocks = blocks.hold(cached, 0) ?? [];
    sequence.computed = cached.length * blockTokens;
    sequence.remembered = cached.length;
    sequence.prefill = tokens;
    if (sequence.preemptions === 0) sequence.cachedTokens = sequence.computed;
    const part = Math.min(tokens - sequence.computed, budget);
    grow(sequence, part);
    sequence.state = 'running';
    return part;
  };

  const next = (): Step | undefined => {
    const parts: { sequence: Mutable; tokens: number }[] = [];
    let budget = settings.batchedTokens;
    // `running` loses its newest while it is gone through.
    for (let index = 0; index < running.length && budget > 0; index += 1) {
      const sequence = running[index];
      if (sequence === undefined) break;
      const tokens = Math.min(lengthOf(sequence) - sequence.computed, budget);
      if (!growOrPreempt(sequence, tokens)) break;
      parts.push({ sequence, tokens });
      budget -= tokens;
    }
    // One that has just been preempted stands first there, and does not fit: it needs what it held and more, and some of it is
    // taken.
    while (budget > 0 && running.length < settings.maxSequences) {
      const [sequence] = waiting;
      const tokens = sequence && admit(sequence, budget);
      if (sequence === undefined || tokens === undefined) break;
      waiting.shift();
      running.push(sequence);
      parts.push({ sequence, tokens });
      budget -= tokens;
    }
    return parts.length === 0 ? undefined : step(parts);
  };

  const step = (taken: readonly { readonly sequence: Mutable; readonly tokens: number }[]): Step => {
    const prefilling = taken.filter(({ sequence }) => sequence.computed < sequence.prefill);
    const prefillTokens = prefilling.reduce((sum, { tokens }) => sum + tokens, 0);
    const decoding = taken.length - prefilling.length;
    const durationMs = settings.stepMs + settings.prefillMs * prefillTokens + settings.decodeMs * decoding;
    const parts = taken.map(({ sequence, tokens }) => {
      sequence.computed += tokens;
      const samples = sequence.computed === lengthOf(sequence);
      if (samples) sequence.awaited += 1;
      return { sequence, tokens, samples };
    });
    return { parts, prefillTokens, decoding, durationMs };
  };

  const cancel = (sequence: Sequence): void => {
    const own = known.get(sequence);
    if (own === undefined || own.state === 'over') return;
    const list = own.state === 'running' ? running : waiting;
    list.splice(list.indexOf(own), 1);
    own.state = 'over';
    letGo(own);
  };

  return {
    get running() {
      return running.length;
    },
    get waiting() {
      return waiting.length;
    },
    get preemptions() {
      return preemptions;
    },
    get kvUsage() {
      return blocks.held / blocks.total;
    },
    add: (sequence) => {
      const needed = Math.ceil((sequence.promptTokens + sequence.outputTokens) / blockTokens);
      if (needed > settings.kvBlocks) {
        throw new RangeError(`a sequence of ${needed} blocks does not fit a KV cache of ${settings.kvBlocks}`);
      }
      const own: Mutable = {
        ...sequence,
        ...({ state: 'waiting', generated: 0, cachedTokens: 0, preemptions: 0 } as const),
        ...{ computed: 0, awaited: 0, prefill: sequence.promptTokens, blocks: [], remembered: 0 },
      };
      known.set(own, own);
      waiting.push(own);
      return own;
    },
    cancel,
    next,
    finish: (finished) =>
      finished.parts.flatMap(({ sequence, samples }) => {
        const own = known.get(sequence);
        // Cancelled in the meantime, or at its end with the step before.
        if (own === undefined || own.state === 'over' || !samples) return [];
        own.awaited -= 1;
        own.generated += 1;
        if (own.generated === own.outputTokens) cancel(own);
        return [own];
      }),
  };
}

function lengthOf({ promptTokens, generated, awaited }: Mutable): number {
  return promptTokens + generated + awaited;
}
