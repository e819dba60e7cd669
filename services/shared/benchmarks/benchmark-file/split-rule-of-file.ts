import { resolve } from 'node:path';
import type { ParsedSettings } from '../../settings/parse-settings.ts';
import type { BenchmarkError } from '../benchmark-error.ts';
import { dataFileEndings, isDataFile } from '../rows/read-rows.ts';
import type { BenchmarkFileSettings } from './benchmark-file-schema.ts';
import type { SplitRule } from './split-rule.ts';

type Parsed = ParsedSettings<BenchmarkFileSettings, BenchmarkError>;

const togetherRule = 'duplicates: together is for shares that are drawn; with splits that are given, use drop or keep';
const usualValues = { validate: 'validate', test: 'test' };

/**
 * Which of the three ways to make splits a benchmark file has chosen.
 * @param folder to which paths are relative
 * @throws BenchmarkError
 */
export function splitRuleOf(parsed: Parsed, folder: string): SplitRule {
  const { settings, error } = parsed;
  const { file, files, split } = settings;
  if ((file === undefined) === (files === undefined)) {
    throw error('file', 'the file must name its data once: `files` with a file for each split, or `file` with a `split` rule');
  }
  if (files !== undefined) {
    if (split !== undefined) throw error('split', 'split is for one `file`; `files` has its splits already');
    const paths = Object.entries(files).map(([name, path]) => [name, dataFile(parsed, `files.${name}`, path, folder)]);
    if (paths.length === 0) throw error('files', 'files must name a file for at least one split');
    if (settings.duplicates === 'together') throw error('duplicates', togetherRule);
    return { kind: 'files', files: Object.fromEntries(paths) };
  }
  const path = dataFile(parsed, 'file', file ?? '', folder);
  if (split?.shares !== undefined && split.column === undefined) {
    return sharesOf(parsed, path, split.shares, split);
  }
  if (split?.column !== undefined && split.shares === undefined) {
    const drawn = (['stratify', 'group'] as const).find((key) => split[key] !== undefined);
    if (drawn !== undefined) throw error(`split.${drawn}`, `split.${drawn} is for shares that are drawn; here a column decides`);
    if (settings.duplicates === 'together') throw error('duplicates', togetherRule);
    return { kind: 'column', file: path, column: split.column, values: split.values ?? usualValues };
  }
  throw error('split', 'split must say how the file is split: { shares, seed } or { column, values }');
}

function sharesOf(
  { error }: Parsed,
  file: string,
  shares: Readonly<Record<string, number>>,
  { seed, stratify, group }: NonNullable<BenchmarkFileSettings['split']>,
): SplitRule {
  const sum = Object.values(shares).reduce((total, share) => total + share, 0);
  if (sum > 1 + 1e-9)
    throw error('split.shares', `split.shares must add up to 1 at most, but add up to ${Number(sum.toFixed(6))}`);
  if (sum === 0) throw error('split.shares', 'split.shares must name at least one split');
  return { kind: 'shares', file, shares, seed, stratify, group: listOf(group) };
}

/** A name alone, or several. */
export function listOf(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return [];
  return typeof given === 'string' ? [given] : given;
}

function dataFile({ error }: Parsed, field: string, path: string, folder: string): string {
  if (isDataFile(path)) return resolve(folder, path);
  const endings = dataFileEndings.map((ending) => `.${ending}`).join(', ');
  throw error(field, `${field} must end in ${endings} (also with .gz), but is "${path}"`);
}
