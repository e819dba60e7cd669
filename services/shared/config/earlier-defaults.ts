import { isGroup } from '../settings/sorted-text.ts';

/**
 * Defaults of earlier versions, as they would be written in a run file, oldest first: where each of them differed from the
 * present version. The id of a run that one of them started includes its defaults; with these, the same file finds it again.
 * Later versions keep what the file said with the run (written-settings.ts), and need no entry here.
 */
export const earlierDefaults = [
  {
    search: {
      ties: 'oldest',
      objective: 'highest-score',
      parallelism: 1,
      feedback_tokens: 0,
      convergence: { rounds: 5, top: 3, z: 0 },
      canary: false,
      final_pick: { policy: 'argmax' },
    },
    evaluation: { method: 'scale', warm_up_rounds: 3, few_shot_ratio: 0.03, few_shot_floor: 1 },
  },
  {
    search: {
      ties: 'oldest',
      objective: 'highest-score',
      parallelism: 1,
      feedback_tokens: 0,
      convergence: { rounds: 5, top: 3, z: 0 },
      final_pick: { policy: 'argmax', share: 0.1 },
    },
    evaluation: { method: 'scale', warm_up_rounds: 3, few_shot_ratio: 0.03, few_shot_floor: 1 },
  },
  {
    search: {
      ties: 'oldest',
      objective: 'highest-score',
      parallelism: 1,
      feedback_tokens: 0,
      convergence: { rounds: 5, top: 3, z: 0 },
      final_pick: { policy: 'race', share: 0.14 },
    },
    evaluation: { method: 'few-shot', warm_up_rounds: 0, few_shot_ratio: 0.06, few_shot_floor: 1 },
  },
  {
    search: {
      ties: 'oldest',
      objective: 'highest-score',
      parallelism: 1,
      feedback_tokens: 0,
      convergence: { rounds: 5, top: 3, z: 0 },
      final_pick: { policy: 'race', share: 0.12 },
    },
    evaluation: { method: 'few-shot', warm_up_rounds: 0, few_shot_ratio: 0.06, few_shot_floor: 1 },
  },
] as const;

export type EarlierDefaults = (typeof earlierDefaults)[number];

/**
 * The version of the present defaults and presets, kept with each run. Increase it when one of them changes: a user who continues
 * an older run is told because of it.
 */
export const defaultsVersion = earlierDefaults.length + 4;

/** A run file's content, its preset filled in, with an earlier version's defaults where it says nothing. */
export function withEarlierDefaults(content: unknown, defaults: EarlierDefaults): unknown {
  if (!isGroup(content)) return content;
  const { search, evaluation } = content;
  return {
    ...content,
    search: filledIn(withPickAsGroup(search), defaults.search),
    evaluation: filledIn(evaluation, defaults.evaluation),
  };
}

/** `final_pick: race` is short for a group whose other values are defaults too. */
function withPickAsGroup(search: unknown): unknown {
  return isGroup(search) && typeof search.final_pick === 'string'
    ? { ...search, final_pick: { policy: search.final_pick } }
    : search;
}

/** Given values stay; in the final pick, each value separately. */
function filledIn(given: unknown, defaults: Readonly<Record<string, unknown>>): unknown {
  if (given === undefined) return defaults;
  if (!isGroup(given)) return given;
  const { final_pick: pick } = given;
  const picked = isGroup(pick) && isGroup(defaults.final_pick) ? { final_pick: { ...defaults.final_pick, ...pick } } : {};
  return { ...defaults, ...given, ...picked };
}
