import type { Benchmark } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import type { ModelSettings, RunConfiguration, SearchSettings } from '../../domain/run/configuration.ts';
import { evaluationRules } from '../../domain/run/evaluation-rules.ts';
import type { RunKind } from '../../domain/run/run-kind.ts';
import { finalPickRules, searchRules } from '../../domain/run/search-rules.ts';
import { configured } from '../../domain/settings/configured.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { benchmarkFacts } from './benchmark-facts.ts';
import { ownSettingsIn } from './own-setting-checks.ts';
import type { RunFileSettings } from './run-file-schema.ts';
import { modelTables } from './run-file-tables/model-tables.ts';

/** All that decides the run: what settings say of where and how fast stays out. */
export function configurationOf(
  settings: RunFileSettings,
  name: string,
  benchmark: Benchmark,
  initialWorkflow: Workflow,
  kind: RunKind,
): RunConfiguration {
  const { search, evaluation, models } = settings;
  const { convergence } = search;
  const { contentHash, classes } = benchmarkFacts(benchmark);
  return {
    kind,
    name,
    seed: settings.seed,
    benchmark: {
      name: benchmark.name,
      split: benchmark.split,
      contentHash,
      queryCount: benchmark.queries.length,
      scorer: benchmark.scorer,
      // Only a search draws samples.
      ...(kind === 'search' && defined({ classes })),
    },
    executor: executorSettings(models.executor),
    optimizer: optimizerSettings(models.optimizer),
    search: {
      ...configured(searchRules, { ...search, parallelism: search.token_budget > 0 ? 1 : search.parallelism }),
      convergenceRounds: convergence.rounds,
      convergenceTop: convergence.top,
      convergenceZ: convergence.z,
      ...(search.invalid === 'zero' && { invalidScoresZero: true }),
      ...finalPickOf(search.final_pick),
    },
    evaluation: {
      ...configured(evaluationRules, evaluation),
      ...ownSettingsIn('evaluation methods', evaluation.method, evaluation),
    },
    initialWorkflow,
  };
}

/** argmax executes nothing, so what it might spend is not part of the run's identity. */
function finalPickOf(pick: RunFileSettings['search']['final_pick']): Pick<SearchSettings, 'finalPick'> {
  if (pick.policy === 'argmax') return {};
  return { finalPick: { ...configured(finalPickRules, pick), ...ownSettingsIn('pick policies', pick.policy, pick) } };
}

/** Except for its endpoint, which says where and not what. */
export function executorSettings(model: RunFileSettings['models']['executor']): ModelSettings {
  const { chat_template_kwargs: _, endpoint: __, ...rules } = modelTables.executor;
  return { ...configured(rules, model), chatTemplateKwargs: model.chat_template_kwargs };
}

export function optimizerSettings(model: RunFileSettings['models']['optimizer']): ModelSettings {
  const { chat_template_kwargs: _, endpoint: __, ...rules } = modelTables.optimizer;
  return { ...configured(rules, model), chatTemplateKwargs: model.chat_template_kwargs };
}
