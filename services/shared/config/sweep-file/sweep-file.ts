import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import type { Document, LineCounter } from 'yaml';
import { z } from 'zod';
import { describeCell, expandMatrix, labelOf, type Matrix, type MatrixCell } from '../../../domain/sweep/expand-matrix.ts';
import type { SweepSettings } from '../../../domain/sweep/sweep-event.ts';
import { loadBenchmark } from '../../benchmarks/load-benchmark.ts';
import { runIdOf } from '../../contracts/run-id.ts';
import { whyUnread } from '../../errors/file-error.ts';
import { processEnvironment } from '../../settings/environment.ts';
import { type ParsedSettings, parseSettings } from '../../settings/parse-settings.ts';
import { isGroup } from '../../settings/sorted-text.ts';
import { EncodingError, utf8Text } from '../../settings/utf8-text.ts';
import { putAssignments, putVariables } from '../amend-settings.ts';
import { otherKind } from '../other-kind.ts';
import type { FileSurroundings } from '../parse-run-file.ts';
import type { RunFile } from '../run-file.ts';
import { runLimitsOf } from '../run-limits.ts';
import { writtenBaseHash } from '../written-settings.ts';
import { createCellReader, type SweepBase, type SweepFileCell } from './read-sweep-cell.ts';
import { settingPath, writtenOut } from './sweep-cell-settings.ts';
import { type SweepFault, SweepFileError } from './sweep-file-error.ts';
import { type SweepFileSettings, sweepFileSchema } from './sweep-file-schema.ts';

/** All that a sweep needs, from its file. */
export interface SweepFile {
  readonly name: string;
  /** Hash of what all runs have in common: with the name it is what the sweep is. */
  readonly baseHash: string;
  readonly settings: SweepSettings;
  /** In the order in which they are started. */
  readonly cells: readonly SweepFileCell[];
  readonly cluster: RunFile['cluster'];
  /** What the user should know though the file is not at fault, a sentence each. */
  readonly warnings: readonly string[];
}

type Parsed = ParsedSettings<SweepFileSettings, SweepFileError>;

/**
 * Reads a sweep file with everything that its cells name. Nothing is spent on a file that is wrong.
 * @throws SweepFileError with everything that is wrong, a line each
 */
export async function readSweepFile(path: string, surroundings: FileSurroundings = {}): Promise<SweepFile> {
  const amend = amending(surroundings);
  const { parsed, faults: ownFaults } = parse(await textOf(path, 'sweep file'), path, amend);
  const { settings } = parsed;
  const lineOf = (field: string): number | undefined => parsed.line(pathOf(field));
  const base = await readBase(parsed, path, lineOf, amend);
  const limits = limitsOf(parsed);
  const { cells, faults } = expandMatrix(matrixOf(settings));
  const matrixFaults = faults.map((fault): SweepFault => ({ file: path, line: lineOf(fault.field), ...fault }));
  const name = settings.name ?? basename(path, extname(path));
  const load = rememberedLoads();
  const reader = createCellReader({ name, base, load, lineOf, sweepFile: { path, folder: dirname(path) } });
  const read: (SweepFileCell | undefined)[] = [];
  for (const cell of cells) read.push(await reader.read(cell));
  const good = read.filter((cell) => cell !== undefined);
  const all = [...ownFaults, ...matrixFaults, ...reader.faults(), ...sameRuns(cells, read, path, lineOf)];
  if (all.length > 0) throw new SweepFileError(all.toSorted(byPlace));
  const [first] = good;
  if (first === undefined) throw parsed.error('', 'the sweep has no cell');
  const { share } = settings;
  return {
    name,
    baseHash: writtenBaseHash(base.content),
    settings: {
      atOnce: settings.at_once,
      ...(share && { share: { weight: share.weight, priority: share.priority, atMost: share.at_most ?? 0 } }),
      ...(limits && { limits }),
    },
    cells: good,
    cluster: first.file.cluster,
    warnings: first.file.warnings.filter((warning) => good.every(({ file }) => file.warnings.includes(warning))),
  };
}

/** What is wrong is left out and the rest looked at too: all of it is told. */
function parse(text: string, file: string, amend: Amending): { readonly parsed: Parsed; readonly faults: readonly SweepFault[] } {
  const faults: SweepFault[] = [];
  for (;;) {
    const wrong = new Set(faults.map(({ field }) => field.split('.')[0]));
    try {
      const parsed = parseSettings(text, {
        schemaOf: sweepFileSchema,
        what: 'a sweep file',
        amend: (document, lines) =>
          amend(document, lines, file, typeof document.getIn(['base']) === 'string' ? undefined : ['base']),
        prepare: (content) => {
          const other = otherKind(content, 'sweep');
          if (other !== undefined) throw new SweepFileError([{ file, line: undefined, field: '', message: other }]);
          return isGroup(content) ? Object.fromEntries(Object.entries(content).filter(([key]) => !wrong.has(key))) : content;
        },
        refuse: (place, message, options) => new SweepFileError([{ file, ...place, message }], options),
        refuseAll: (all) => new SweepFileError(all.map((fault) => ({ file, ...fault }))),
      });
      return { parsed, faults };
    } catch (error) {
      const isOfFields = error instanceof SweepFileError && error.faults.every(({ field }) => field !== '');
      if (!isOfFields) throw error;
      faults.push(...error.faults);
    }
  }
}

type Amending = (document: Document, lines: LineCounter, file: string, settings: readonly string[] | undefined) => void;

/** Puts variables into a file, and what the command line sets into the run file's settings, where those are in it. */
function amending({ set = [], environment = processEnvironment() }: FileSurroundings): Amending {
  return (document, lines, file, settings) => {
    const { faults } = putVariables(document, environment);
    if (faults.length > 0) {
      throw new SweepFileError(
        faults.map(({ offset, message }) => ({ file, line: lines.linePos(offset).line, field: '', message })),
      );
    }
    if (settings !== undefined) putAssignments(document, set, settings);
  };
}

/** Names of axes hold dots. */
function pathOf(field: string): string[] {
  const [, group, name] = /^(matrix)\.(.+)$/.exec(field) ?? [];
  return group === undefined || name === undefined ? field.split('.') : [group, name];
}

function byPlace(one: SweepFault, other: SweepFault): number {
  if (one.file !== other.file) return one.file < other.file ? -1 : 1;
  return (one.line ?? 0) - (other.line ?? 0);
}

/** @param named where its name is from, if nobody typed it */
async function textOf(path: string, what: string, named = ''): Promise<string> {
  try {
    return utf8Text(await readFile(path));
  } catch (cause) {
    const place = { file: path, line: cause instanceof EncodingError ? cause.line : undefined, field: '' };
    const message = cause instanceof EncodingError ? cause.message : `${whyUnread(cause, what)}${named}`;
    throw new SweepFileError([{ ...place, message }], { cause });
  }
}

async function readBase(
  { settings: { base } }: Parsed,
  path: string,
  lineOf: (field: string) => number | undefined,
  amend: Amending,
): Promise<SweepBase> {
  if (typeof base !== 'string') {
    const fault = (field: string, message: string): SweepFault => ({
      ...{ file: path, line: lineOf(field === '' ? 'base' : `base.${field}`), field: `base.${field}` },
      message: `base: ${message}`,
    });
    return { content: writtenOut(base), folder: dirname(path), fault };
  }
  const file = resolve(dirname(path), base);
  const shown = file === resolve(base) ? base : file;
  const text = await textOf(file, 'run file', `; base of ${path} names it`);
  const { written, line } = parseSettings(text, {
    schemaOf: () => z.looseObject({}, { error: 'must be a group of settings' }),
    what: 'a run file',
    amend: (document, lines) => amend(document, lines, shown, []),
    refuse: (at, message, options) => new SweepFileError([{ file: shown, ...at, message }], options),
  });
  const fault = (field: string, message: string): SweepFault => ({ file: shown, line: line(field.split('.')), field, message });
  return { content: writtenOut(written), folder: dirname(file), fault };
}

function limitsOf({ settings, error }: Parsed): SweepSettings['limits'] {
  if (settings.limits === undefined) return undefined;
  if (settings.limits.shares !== undefined) {
    throw error('limits.shares', 'limits.shares is for single runs: write it under the limits of the base');
  }
  const limits = runLimitsOf(settings.limits, Date.now());
  if ('fault' in limits) throw error('limits.until', `limits.until ${limits.fault}`);
  const { tokens, calls, money, durationMs, untilMs } = limits;
  return { tokens, calls, money, durationMs, untilMs };
}

function matrixOf({ matrix, exclude, include }: SweepFileSettings): Matrix {
  const axes = Object.entries(matrix).map(([name, values]) => {
    if (Array.isArray(values)) {
      const path = settingPath(name);
      return { name, path, values: values.map((value: unknown) => ({ label: labelOf(value), assignments: { [path]: value } })) };
    }
    const named = Object.entries(values as Readonly<Record<string, Readonly<Record<string, unknown>>>>);
    return { name, values: named.map(([label, group]) => ({ label, assignments: flat(group) })) };
  });
  const asLists = (entry: Readonly<Record<string, unknown>>) =>
    Object.entries(entry).map(([name, value]) => [name, Array.isArray(value) ? value : [value]] as const);
  return {
    axes,
    exclude: exclude.map((entry) => Object.fromEntries(asLists(entry).map(([name, values]) => [name, values.map(labelOf)]))),
    include: include.map((entry) => Object.fromEntries(asLists(entry))),
  };
}

/** Groups inside a named value are settings of their own, so that two axes may set parts of one group. */
function flat(group: Readonly<Record<string, unknown>>, before = ''): Record<string, unknown> {
  const entries = Object.entries(group).flatMap(([key, value]) => {
    const path = settingPath(`${before}${key}`);
    return isGroup(value) && Object.keys(value).length > 0 ? Object.entries(flat(value, `${path}.`)) : [[path, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Two cells that would be one run, since what differs is not part of what a run is. */
function sameRuns(
  cells: readonly MatrixCell[],
  read: readonly (SweepFileCell | undefined)[],
  file: string,
  lineOf: (field: string) => number | undefined,
): SweepFault[] {
  const known = new Map<string, MatrixCell>();
  return read.flatMap((cell, place): SweepFault[] => {
    const own = cells[place];
    if (cell === undefined || own === undefined) return [];
    const runId = runIdOf(cell.file.configuration);
    const other = known.get(runId);
    known.set(runId, own);
    if (other === undefined) return [];
    const differs = own.set.find(({ path, value }) => other.set.every((one) => one.path !== path || one.value !== value));
    const field = differs?.field ?? 'matrix';
    const message = `${field}: ${describeCell(own)} is the same run as ${describeCell(other)}: nothing that decides a run differs`;
    return [{ file, line: lineOf(field), field, message }];
  });
}

/** The same benchmark is asked for by many cells, and read once. */
function rememberedLoads(): typeof loadBenchmark {
  const loads = new Map<string, ReturnType<typeof loadBenchmark>>();
  return (request) => {
    const key = JSON.stringify(request);
    const known = loads.get(key) ?? loadBenchmark(request);
    loads.set(key, known);
    return known;
  };
}
