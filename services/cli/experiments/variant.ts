import { evaluationMethods } from '../../domain/evaluation/registry.ts';
import { UnknownNameError } from '../../domain/names/unknown-name-error.ts';
import { type PresetName, presetNames, presets, withPreset } from '../../shared/config/presets.ts';
import { type RunFileSettings, settingsOf } from '../../shared/config/run-file-schema.ts';

/** Settings that differ from the base's, under the name that tables call them. */
export interface Variant {
  readonly name: string;
  readonly search?: Partial<RunFileSettings['search']>;
  readonly evaluation?: Partial<RunFileSettings['evaluation']>;
  readonly optimizer?: Partial<RunFileSettings['models']['optimizer']>;
}

export const queryLevelName = 'query-level';

/** One workflow for each query. It looks at the test split alone: query-level.ts runs it. */
const queryLevel: Variant = { name: queryLevelName, search: { mode: queryLevelName } };

/** The number of rounds comes from the base: methods are compared on equally many. */
const ofTheBase = 'max_rounds';

/** Presets and methods of searches, which look for one workflow. */
export const searchVariants: readonly string[] = [...presetNames, ...evaluationMethods.keys()];

/**
 * A preset or an evaluation method by name. `default` is the base as it is: the run file's settings, or the defaults.
 * @throws UnknownNameError
 */
export function variantNamed(name: string): Variant {
  if (name === queryLevelName) return queryLevel;
  const preset = presetNames.find((known) => known === name);
  if (preset !== undefined) return { name, ...namedBy(preset) };
  if (evaluationMethods.has(name)) return { name, evaluation: { method: name } };
  throw new UnknownNameError('preset or evaluation method', name, searchVariants);
}

/** What the preset itself names, in the form that settings have after parsing. */
function namedBy(preset: PresetName): Pick<Variant, 'search' | 'evaluation'> {
  const { search, evaluation } = settingsOf(withPreset({ benchmark: 'sample', preset }));
  return {
    search: named(search, Object.keys(presets[preset].search)),
    evaluation: named(evaluation, Object.keys(presets[preset].evaluation)),
  };
}

function named<Settings extends object>(settings: Settings, keys: readonly string[]): Partial<Settings> {
  const entries = Object.entries(settings).filter(([key]) => keys.includes(key) && key !== ofTheBase);
  return Object.fromEntries(entries) as Partial<Settings>;
}
