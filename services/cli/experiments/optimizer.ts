import { CliError } from '../cli-error.ts';
import type { OptimizerChoice } from './experiment-plan.ts';
import { settingExperiment } from './setting-experiment.ts';

/** Names that the simulated model knows; real models are named by --optimizers. */
const byDefault: readonly OptimizerChoice[] = [{ model: 'qwen3-8b' }, { model: 'qwen-plus' }, { model: 'qwen3-32b' }];

/** How much depends on the model that proposes and predicts. */
export const optimizer = settingExperiment({
  name: 'optimizer',
  title: 'Optimizer: the model that proposes workflows and predicts their scores',
  description: 'several optimizer models (--optimizers), the first as the reference',
  method: 'default',
  anyMethod: true,
  setting: 'optimizer',
  vary: ({ optimizers, base }) => {
    const { endpoint, model } = base.parsed.settings.models.executor;
    if (optimizers.length === 0 && base.runFile !== undefined) {
      throw new CliError('bad-input', 'name the models to compare: --optimizers MODEL,MODEL@ENDPOINT …');
    }
    const choices = optimizers.length > 0 ? optimizers : byDefault;
    return {
      // A model comes from one endpoint in a run: the executor's own is asked where the executor is.
      variants: choices.map((choice) => ({
        name: choice.model,
        optimizer: choice.model === model && choice.endpoint === undefined ? { model, endpoint } : choice,
      })),
      reference: choices[0]?.model ?? '',
      remarks: [],
    };
  },
});
