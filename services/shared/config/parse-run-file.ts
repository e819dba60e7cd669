import { type Environment, processEnvironment } from '../settings/environment.ts';
import { parseSettings } from '../settings/parse-settings.ts';
import { type Assignment, type Provenance, putAssignments, putVariables } from './amend-settings.ts';
import { earlierDefaults, withEarlierDefaults } from './earlier-defaults.ts';
import { otherKind } from './other-kind.ts';
import { withPreset } from './presets.ts';
import { RunFileError } from './run-file-error.ts';
import { type RunFileSettings, runFileSchema } from './run-file-schema.ts';

export interface ParsedRunFile {
  readonly settings: RunFileSettings;
  /** What the file itself says, before any default. */
  readonly written: unknown;
  /** The same settings with the defaults of each earlier version that knew all of them. */
  readonly earlier: readonly EarlierSettings[];
  /** What came from outside the file. */
  readonly provenance?: Provenance;
  /** An error about one of its fields, with the line. */
  error(field: string, message: string, cause?: unknown): RunFileError;
}

export interface EarlierSettings {
  readonly settings: RunFileSettings;
  /** What a file that says nothing meant then. */
  readonly preset: RunFileSettings;
}

/** What surrounds a file that is read. */
export interface FileSurroundings {
  /** What the command line sets. Default: nothing. */
  readonly set?: readonly Assignment[] | undefined;
  /** Where `${NAME}` is looked up. Default: the process's. */
  readonly environment?: Environment;
}

/**
 * Reads a run file's text, puts in what comes from outside, fills in the defaults, and checks each field by itself.
 * @param file what to call it in messages
 * @throws RunFileError for the first thing that is wrong
 */
export function parseRunFile(text: string, file: string, surroundings: FileSurroundings = {}): ParsedRunFile {
  const { set = [], environment = processEnvironment() } = surroundings;
  const provenance: string[] = [];
  const { settings, written, error } = parseSettings(text, {
    schemaOf: runFileSchema,
    what: 'a run file',
    hasExtensions: true,
    amend: (document, lines) => {
      const variables = putVariables(document, environment);
      const [fault] = variables.faults;
      if (fault !== undefined) {
        throw new RunFileError({ file, line: lines.linePos(fault.offset).line, field: '' }, fault.message);
      }
      provenance.push(...variables.provenance, ...putAssignments(document, set));
    },
    prepare: (content) => {
      const other = otherKind(content, 'run');
      if (other !== undefined) throw new RunFileError({ file, line: undefined, field: '' }, other);
      return withPreset(content);
    },
    refuse: (place, message, options) => {
      const given = assignmentOf(place.field, set);
      if (given === undefined) return new RunFileError({ file, ...place }, message, options);
      return new RunFileError({ file: `--set ${given.text}`, field: place.field }, message, options);
    },
  });
  return { settings, written, error, earlier: earlierSettings(written), ...(provenance.length > 0 && { provenance }) };
}

/** The one that gave a field. */
function assignmentOf(field: string, set: readonly Assignment[]): Assignment | undefined {
  if (field === '') return undefined;
  return set.findLast(({ path }) => field === path || field.startsWith(`${path}.`) || path.startsWith(`${field}.`));
}

/** For a file with this content. @param schemaOf replaces the making of checks, for those who need the same ones many times */
export function earlierSettings(written: unknown, schemaOf = runFileSchema): readonly EarlierSettings[] {
  return earlierDefaults.flatMap((defaults) => {
    const under = (said: unknown) => {
      const content = withEarlierDefaults(withPreset(said), defaults);
      return schemaOf(content).safeParse(content);
    };
    const [settings, preset] = [under(written), under({ benchmark: 'sample' })];
    return settings.success && preset.success ? [{ settings: settings.data, preset: preset.data }] : [];
  });
}
