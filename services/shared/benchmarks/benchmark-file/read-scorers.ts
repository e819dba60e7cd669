import { basename, dirname, resolve } from 'node:path';
import type { AttachedFile, OptionValue, ScorerSettings } from '../../../domain/benchmark.ts';
import { suggestion } from '../../../domain/names/near-name.ts';
import { scorerKinds } from '../../../domain/scoring/kinds/registry.ts';
import type { ScorerKind } from '../../../domain/scoring/kinds/scorer-kind.ts';
import { scorers as builtInScorers } from '../../../domain/scoring/registry.ts';
import type { ParsedSettings } from '../../settings/parse-settings.ts';
import type { JudgeEndpoint } from '../benchmark-definition.ts';
import { BenchmarkError } from '../benchmark-error.ts';
import { readTextFile } from '../read-text-file.ts';
import type { BenchmarkFileSettings } from './benchmark-file-schema.ts';
import { scorerSchema } from './scorer-options.ts';

export interface ReadScorers {
  /** What each name in the file means: itself, or a built-in scorer. */
  readonly scorers: Readonly<Record<string, string>>;
  readonly ownScorers: Readonly<Record<string, ScorerSettings>>;
  readonly judgeEndpoints: readonly JudgeEndpoint[];
}

/** It travels with the benchmark to every executor. */
const longestFile = 256 * 1024;

/**
 * The scorers of a benchmark file, with the files that they name.
 * @param file the benchmark file, to which paths are relative
 * @throws BenchmarkError
 */
export async function readScorers(
  parsed: ParsedSettings<BenchmarkFileSettings, BenchmarkError>,
  file: string,
): Promise<ReadScorers> {
  const scorers: Record<string, string> = {};
  const ownScorers: Record<string, ScorerSettings> = {};
  const judgeEndpoints: JudgeEndpoint[] = [];
  for (const [name, given] of Object.entries(parsed.settings.scorers)) {
    const wanted = typeof given === 'string' ? { kind: given } : given;
    const kind = scorerKinds.get(wanted.kind);
    if (kind === undefined) {
      scorers[name] = builtInScorer(parsed, name, wanted.kind, typeof given === 'string');
      continue;
    }
    refuseTakenName(parsed, name);
    const options = optionsOf(parsed.part(['scorers', name], wanted, scorerSchema(kind)));
    const settings = { kind: kind.name, options: await travelling(kind, options, file) };
    refuseUnusable(parsed, kind, name, settings);
    scorers[name] = name;
    ownScorers[name] = settings;
    if (kind.options.endpoint?.type === 'endpoint') {
      judgeEndpoints.push({ scorer: name, model: String(options.model ?? ''), endpoint: String(options.endpoint) });
    }
  }
  return { scorers, ownScorers, judgeEndpoints };
}

function optionsOf({ kind: _, ...options }: { readonly kind: string }): Readonly<Record<string, OptionValue>> {
  return options;
}

/** In a benchmark's scores, a built-in scorer could not be told from another one of the same name. */
function refuseTakenName({ error }: ParsedSettings<BenchmarkFileSettings, BenchmarkError>, name: string): void {
  if (!builtInScorers.has(name)) return;
  throw error(`scorers.${name}`, `scorers.${name} has the name of a built-in scorer; choose another`);
}

function builtInScorer(
  { error }: ParsedSettings<BenchmarkFileSettings, BenchmarkError>,
  name: string,
  wanted: string,
  isAlone: boolean,
): string {
  const field = `scorers.${name}`;
  if (!builtInScorers.has(wanted)) {
    throw error(
      field,
      `${field} is "${wanted}", which is not a kind of scorer; ${suggestion(wanted, [...scorerKinds.keys(), ...builtInScorers.keys()])}`,
    );
  }
  if (!isAlone) throw error(field, `${field} names the built-in scorer ${wanted}, which has no options: write its name alone`);
  return wanted;
}

/** With the texts of files in place of their paths, and without what only says where something is. */
async function travelling(
  kind: ScorerKind,
  options: Readonly<Record<string, OptionValue>>,
  file: string,
): Promise<Record<string, OptionValue>> {
  const kept: Record<string, OptionValue> = {};
  for (const [name, value] of Object.entries(options)) {
    const { type } = kind.options[name] ?? {};
    if (type !== 'endpoint') kept[name] = type === 'file' ? await attached(resolve(dirname(file), String(value))) : value;
  }
  return kept;
}

async function attached(path: string): Promise<AttachedFile> {
  const text = await readTextFile(path, 'the benchmark file names it for a scorer');
  if (text.length <= longestFile) return { name: basename(path), text };
  throw new BenchmarkError('bad-file', `${path} is longer than ${longestFile} characters, too long for a scorer`);
}

function refuseUnusable(
  { error }: ParsedSettings<BenchmarkFileSettings, BenchmarkError>,
  kind: ScorerKind,
  name: string,
  { options }: ScorerSettings,
): void {
  try {
    kind.create(name, options);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw error(`scorers.${name}`, `scorers.${name}.${cause.message}`, cause);
  }
}
