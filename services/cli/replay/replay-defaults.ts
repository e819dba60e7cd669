import type { EvaluationSettings } from '../../domain/run/configuration.ts';
import { evaluationRules } from '../../domain/run/evaluation-rules.ts';
import { configured, defaultsOf } from '../../domain/settings/configured.ts';

/** What a run file without a word about evaluation would say: a replay is of runs as they are by default. */
export const replayDefaults: EvaluationSettings = configured(evaluationRules, defaultsOf(evaluationRules));
