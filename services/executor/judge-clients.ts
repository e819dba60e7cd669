import type { ModelClient } from '../domain/ports.ts';
import type { ModelSettings } from '../domain/run/configuration.ts';
import { judgeSettings } from '../domain/run/judge-settings.ts';
import type { JudgeModel } from '../domain/scoring/scorer.ts';
import type { ModelCall } from '../shared/contracts/generated/scale/v1/result.ts';
import type { JobModelClient } from '../shared/worker/calls/model-clients.ts';

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
