import { evaluationMethods } from '../../domain/evaluation/registry.ts';
import { searchRules } from '../../domain/run/search-rules.ts';
import type { RunFileSettings } from './run-file-schema.ts';

/** Settings that are each as they may be, and not together; undefined where there are none. */
export function contradictionIn({ evaluation, search }: RunFileSettings): { field: string; message: string } | undefined {
  if (evaluation.warm_up_rounds > search.max_rounds) {
    return {
      field: 'evaluation.warm_up_rounds',
      message: `evaluation.warm_up_rounds must be at most search.max_rounds (${search.max_rounds}), but is ${evaluation.warm_up_rounds}`,
    };
  }
  const { objective, cost_weight: weight, least_gain: gain } = search;
  if (objective !== 'score-minus-cost' && weight !== searchRules.cost_weight.default) {
    return { field: 'search.cost_weight', message: belongsTo('cost_weight', 'score-minus-cost', objective) };
  }
  if (objective !== 'cheapest' && gain !== searchRules.least_gain.default) {
    return { field: 'search.least_gain', message: belongsTo('least_gain', 'cheapest', objective) };
  }
  if (evaluation.forecasts && evaluationMethods.get(evaluation.method)?.executesAll !== true) {
    return {
      field: 'evaluation.forecasts',
      message: `evaluation.forecasts needs evaluation.method full, with which they are compared, but the method is ${evaluation.method}`,
    };
  }
  return undefined;
}

function belongsTo(setting: string, wanted: string, objective: string): string {
  return `search.${setting} means something with search.objective ${wanted} alone, but that is ${objective}`;
}
