import { parseSettings } from './parse-settings.ts';
import { withPreset } from './presets.ts';
import { RunFileError } from './run-file-error.ts';
import { type RunFileSettings, runFileSchema } from './run-file-schema.ts';

export interface ParsedRunFile {
  readonly settings: RunFileSettings;
  /** An error about one of its fields, with the line. */
  error(field: string, message: string, cause?: unknown): RunFileError;
}

/**
 * Reads a run file's text, fills in the defaults, and checks each field by itself.
 * @param file what to call it in messages
 * @throws RunFileError for the first thing that is wrong
 */
export function parseRunFile(text: string, file: string): ParsedRunFile {
  return parseSettings(text, {
    schema: runFileSchema,
    what: 'a run file',
    prepare: withPreset,
    refuse: (place, message, options) => new RunFileError({ file, ...place }, message, options),
  });
}
