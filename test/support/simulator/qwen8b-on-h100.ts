import type { EngineSettings } from '../../../services/simulator/engine/engine-settings.ts';

/** The defaults of the simulated vLLM; a contract test holds that they are. */
export const qwen8bOnH100: Omit<EngineSettings, 'maxSequences'> = {
  batchedTokens: 8192,
  kvBlocks: 22_000,
  stepMs: 7,
  prefillMs: 0.03,
  decodeMs: 0.05,
  speed: 1,
  asyncScheduling: true,
};
