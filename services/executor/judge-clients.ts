import type { ModelClient } from '../domain/ports.ts';
import type { ModelSettings } from '../domain/run/configuration.ts';
import type { JudgeModel } from '../domain/scoring/scorer.ts';
import type { ModelCall } from '../shared/contracts/generated/scale/v1/result.ts';
import type { JobModelClient } from '../shared/worker/model-clients.ts';

export interface JudgeClients {
  clientFor(wanted: JudgeModel): ModelClient;
  /** The calls to judges of this execution: their tokens are the execution's. */
  calls(): ModelCall[];
}

/** The models that judge one execution's answer. */
export function createJudgeClients(executor: ModelSettings, open: (settings: ModelSettings) => JobModelClient): JudgeClients {
  const opened: JobModelClient[] = [];
  return {
    clientFor: (wanted) => {
      const judge = open(judgeSettings(wanted, executor));
      opened.push(judge);
      return judge.client;
    },
    calls: () => opened.flatMap((judge) => judge.calls()),
  };
}

/** A verdict must not depend on chance, whatever the executor samples with. */
function judgeSettings({ model, maxTokens }: JudgeModel, executor: ModelSettings): ModelSettings {
  // Where the executor's are left out, for a model that refuses them, these would be refused too.
  const temperature = executor.temperature === null ? null : 0;
  const topP = executor.topP === null ? null : 1;
  const greedy = { ...executor, temperature, topP, maxTokens };
  return model === '' || model === executor.model ? greedy : { ...greedy, model, chatTemplateKwargs: {} };
}
