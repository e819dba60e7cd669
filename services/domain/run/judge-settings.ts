import type { JudgeModel } from '../scoring/scorer.ts';
import type { ModelSettings } from './configuration.ts';

/** A verdict must not depend on chance, whatever the executor samples with. */
export function judgeSettings({ model, maxTokens }: JudgeModel, executor: ModelSettings): ModelSettings {
  // Where the executor's are left out, for a model that refuses them, these would be refused too.
  const temperature = executor.temperature === null ? null : 0;
  const topP = executor.topP === null ? null : 1;
  const greedy = { ...executor, temperature, topP, maxTokens };
  return model === '' || model === executor.model ? greedy : { ...greedy, model, chatTemplateKwargs: {} };
}
