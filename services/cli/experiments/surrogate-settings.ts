import type { RunFileSettings } from '../../shared/config/run-file-schema.ts';
import type { ExperimentPlan } from './experiment-plan.ts';
import { variantNamed } from './variant.ts';

const usualWarmUp = 3;

/**
 * The settings under which cheap scores are judged on searches that execute everything: the run file's, otherwise the paper's.
 * There is always a warm-up, since methods learn from it which queries are hard, but it leaves some workflows of a short search
 * to judge.
 */
export function surrogateSettings({ base, rounds }: ExperimentPlan): RunFileSettings['evaluation'] {
  const { evaluation, search } = base.parsed.settings;
  const settings = base.runFile === undefined ? { ...evaluation, ...variantNamed('paper').evaluation } : evaluation;
  const most = (rounds ?? search.max_rounds) - 3;
  return { ...settings, warm_up_rounds: Math.max(1, Math.min(settings.warm_up_rounds || usualWarmUp, most)) };
}
