import { isGroup } from '../settings/sorted-text.ts';

/**
 * Settings under one name, written as in a run file. A preset names only what defines it: an experiment applies it on top of a
 * user's run file, whose token budget and few-shot ratio it must leave alone. What it does not name keeps its default, also in a
 * run's id.
 */

const aflowSearch = {
  max_rounds: 20,
  candidates: 4,
  lambda: 0.3,
  alpha: 0.2,
  ties: 'oldest',
  objective: 'highest-score',
  parallelism: 1,
  feedback_tokens: 0,
  convergence: { rounds: 5, top: 3, z: 0 },
  canary: false,
  memory: false,
  invalid: 'retry',
  final_pick: { policy: 'argmax' },
};

export const presets = {
  /** What the tables show. */
  default: { search: {}, evaluation: {} },
  /**
   * SCALE as in its paper. M, rho, tau and the others are not in the paper; these are values that can produce its own tables,
   * with Eq 9 read as its text means it.
   */
  paper: {
    search: { ...aflowSearch, invalid: 'zero' },
    evaluation: {
      method: 'scale',
      warm_up_rounds: 3,
      few_shot_ratio: 0.03,
      few_shot_floor: 1,
      bins: 10,
      gamma: 0.1,
      draw: 'once',
      tau: 0.01,
      alpha_max: 0.9,
      alpha_form: 'product',
      repeats: 1,
    },
  },
  /** AFlow: every workflow is executed on every query. */
  aflow: { search: aflowSearch, evaluation: { method: 'full', warm_up_rounds: 0, few_shot_floor: 1, repeats: 1 } },
} as const;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

/**
 * The content of a run file with its preset filled in. What the file itself says stays; anything that is not as it should be is
 * left for the schema to refuse.
 */
export function withPreset(content: unknown): unknown {
  if (!isGroup(content) || !isPresetName(content.preset)) return content;
  const { search, evaluation } = presets[content.preset];
  return { ...content, search: filledIn(content.search, search), evaluation: filledIn(content.evaluation, evaluation) };
}

function filledIn(group: unknown, preset: Readonly<Record<string, unknown>>): unknown {
  if (group === undefined) return preset;
  return isGroup(group) ? { ...preset, ...group } : group;
}

function isPresetName(value: unknown): value is PresetName {
  return presetNames.some((name) => name === value);
}
