import type { Timing } from '../../shared/lifecycle/timing.ts';
import { blockHashes } from '../block-hashes.ts';
import type { Completion } from '../chat-completion.ts';
import type { Pacing } from '../pacing.ts';
import { createEngine } from './engine.ts';
import type { EngineSettings } from './engine-settings.ts';
import type { NewSequence } from './sequence.ts';

/** Calls as sequences of one vLLM engine, a sequence per choice: each is the slower, the more there are. */
export function createEnginePacing(settings: EngineSettings, timing: Timing): Pacing {
  const engine = createEngine(settings, timing);
  return {
    get running() {
      return engine.running;
    },
    get waiting() {
      return engine.waiting;
    },
    get kvUsage() {
      return engine.kvUsage;
    },
    get preemptions() {
      return engine.preemptions;
    },
    admit: async ({ prompt, complete }, signal) => {
      const completion = complete();
      const sequences = engine.submit(sequencesOf(prompt, completion));
      const end = (): void => {
        for (const sequence of sequences) sequence.cancel();
      };
      try {
        await Promise.race(sequences.map((sequence) => sequence.untilStarted(signal)));
      } catch (error) {
        end();
        throw error;
      }
      const earliest = (times: readonly (number | undefined)[]) =>
        Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
      return {
        completion,
        // One prompt: what a choice finds of the others' blocks counts too, as in vLLM.
        get cachedTokens() {
          return sequences[0]?.sequence.cachedTokens ?? 0;
        },
        startedAtMs: earliest(sequences.map((sequence) => sequence.startedAtMs)),
        get firstTokenAtMs() {
          return earliest(sequences.map((sequence) => sequence.firstTokenAtMs));
        },
        untilFirstToken: async (gone) => {
          await Promise.race(sequences.map((sequence) => sequence.untilTokens(1, gone)));
        },
        untilPart: async ({ choice, tokens }, gone) => {
          await sequences[choice]?.untilTokens(tokens, gone);
        },
        untilWhole: async (gone) => {
          await Promise.all(sequences.map((sequence) => sequence.untilTokens(Number.POSITIVE_INFINITY, gone)));
        },
        tokensBy: () => sequences.reduce((sum, { sequence }) => sum + sequence.generated, 0),
        end,
      };
    },
  };
}

function sequencesOf(prompt: string, { promptTokens, choices }: Completion): NewSequence[] {
  return choices.map(({ text, tokens }) => ({
    promptTokens,
    // An empty reply takes the step that ends it.
    outputTokens: Math.max(1, tokens),
    blockHashes: blockHashes(`${prompt}\n${text}`),
  }));
}
