import type { EvaluationSettings } from '../../domain/run/configuration.ts';
import { defaults } from '../../shared/config/defaults.ts';

/** What a run file without a word about evaluation would say: a replay is of runs as they are by default. */
export const replayDefaults: EvaluationSettings = { ...defaults.run.evaluation };
