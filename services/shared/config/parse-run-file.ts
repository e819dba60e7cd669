import { parseSettings } from '../settings/parse-settings.ts';
import { earlierDefaults, withEarlierDefaults } from './earlier-defaults.ts';
import { withPreset } from './presets.ts';
import { RunFileError } from './run-file-error.ts';
import { type RunFileSettings, runFileSchema } from './run-file-schema.ts';

export interface ParsedRunFile {
  readonly settings: RunFileSettings;
  /** What the file itself says, before any default. */
  readonly written: unknown;
  /** The same settings with the defaults of each earlier version that knew all of them. */
  readonly earlier: readonly EarlierSettings[];
  /** An error about one of its fields, with the line. */
  error(field: string, message: string, cause?: unknown): RunFileError;
}

export interface EarlierSettings {
  readonly settings: RunFileSettings;
  /** What a file that says nothing meant then. */
  readonly preset: RunFileSettings;
}

/**
 * Reads a run file's text, fills in the defaults, and checks each field by itself.
 * @param file what to call it in messages
 * @throws RunFileError for the first thing that is wrong
 */
export function parseRunFile(text: string, file: string): ParsedRunFile {
  const { settings, written, error } = parseSettings(text, {
    schemaOf: runFileSchema,
    what: 'a run file',
    prepare: withPreset,
    refuse: (place, message, options) => new RunFileError({ file, ...place }, message, options),
  });
  return { settings, written, error, earlier: earlierSettings(written) };
}

/** For a file with this content. */
export function earlierSettings(written: unknown): readonly EarlierSettings[] {
  return earlierDefaults.flatMap((defaults) => {
    const under = (said: unknown) => {
      const content = withEarlierDefaults(withPreset(said), defaults);
      return runFileSchema(content).safeParse(content);
    };
    const [settings, preset] = [under(written), under({ benchmark: 'sample' })];
    return settings.success && preset.success ? [{ settings: settings.data, preset: preset.data }] : [];
  });
}
