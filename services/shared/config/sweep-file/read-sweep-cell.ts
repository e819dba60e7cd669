import { Document, LineCounter } from 'yaml';
import { ScaleError } from '../../../domain/errors/scale-error.ts';
import { type CellSetting, describeCell, type MatrixCell } from '../../../domain/sweep/expand-matrix.ts';
import type { SweepLabel } from '../../../domain/sweep/sweep-event.ts';
import type { loadBenchmark } from '../../benchmarks/load-benchmark.ts';
import { explainIssue } from '../../settings/explain-issue.ts';
import { knownKeys } from '../../settings/parse-settings.ts';
import { earlierSettings } from '../parse-run-file.ts';
import { withPreset } from '../presets.ts';
import { completeRunFile, type RunFile } from '../run-file.ts';
import { RunFileError } from '../run-file-error.ts';
import { type RunFileSettings, rememberedSchemas } from '../run-file-schema.ts';
import { cellContent, settingPath } from './sweep-cell-settings.ts';
import type { SweepFault } from './sweep-file-error.ts';

/** What all runs of a sweep have in common, and where it is said. */
export interface SweepBase {
  readonly content: Readonly<Record<string, unknown>>;
  /** In which its relative paths start. */
  readonly folder: string;
  fault(field: string, message: string): SweepFault;
}

export interface SweepFileCell {
  readonly labels: readonly SweepLabel[];
  readonly file: RunFile;
}

export interface CellReaderSettings {
  /** Of the sweep, and so of its runs. */
  readonly name: string;
  readonly base: SweepBase;
  readonly load: typeof loadBenchmark;
  readonly sweepFile: { readonly path: string /** In which its relative paths start. */; readonly folder: string };
  readonly lineOf: (field: string) => number | undefined;
}

/** Reads what the cells of a sweep name, and gathers everything that is wrong with them, each fault once. */
export interface CellReader {
  /** Undefined where something is wrong with it. */
  read(cell: MatrixCell): Promise<SweepFileCell | undefined>;
  faults(): readonly SweepFault[];
}

interface Told {
  readonly fault: SweepFault;
  /** Only some combinations have it: the first of them. */
  readonly of: MatrixCell | undefined;
  cells: number;
}

export function createCellReader({ name, base, load, sweepFile, lineOf }: CellReaderSettings): CellReader {
  const schemaOf = rememberedSchemas();
  const told = new Map<string, Told>();
  const tell = (field: string, message: string, culprit: CellSetting | undefined, of?: MatrixCell): void => {
    const fault =
      culprit === undefined
        ? base.fault(field, message)
        : {
            ...{ file: sweepFile.path, line: lineOf(culprit.field), field: culprit.field },
            message: `${culprit.field}: ${message}`,
          };
    const key = JSON.stringify(fault);
    const known = told.get(key) ?? { fault, of, cells: 0 };
    known.cells += 1;
    told.set(key, known);
  };
  /** What is wrong is left out and the rest looked at again, so that each of several faults is told. */
  const settingsOf = (cell: MatrixCell): { settings: RunFileSettings; content: unknown } | undefined => {
    let { set } = cell;
    for (;;) {
      const content = cellContent(base.content, set, sweepFile.folder);
      const prepared = withPreset(content);
      const schema = schemaOf(prepared);
      const checked = schema.safeParse(prepared);
      if (checked.success) return set === cell.set ? { settings: checked.data, content } : undefined;
      const place = { document: new Document(prepared), lines: new LineCounter(), what: 'a run file' };
      const wrong = new Set<CellSetting>();
      for (const issue of checked.error.issues) {
        const { field, message } = explainIssue(issue, place, (path) => knownKeys(schema, path));
        const culprit = culpritOf(field, set);
        if (culprit !== undefined) wrong.add(culprit);
        if (culprit !== undefined || set === cell.set) tell(field, message, culprit);
      }
      if (wrong.size === 0) return undefined;
      set = set.filter((one) => !wrong.has(one));
    }
  };
  return {
    async read(cell) {
      const found = settingsOf(cell);
      if (found === undefined) return undefined;
      const { settings, content } = found;
      const parsed = {
        settings: { ...settings, name },
        written: content,
        earlier: earlierSettings(content, schemaOf),
        error: (field: string, message: string, cause?: unknown) => new RunFileError({ file: name, field }, message, { cause }),
      };
      try {
        return { labels: cell.labels, file: await completeRunFile(parsed, base.folder, name, { load }) };
      } catch (error) {
        if (!(error instanceof ScaleError && error.kind === 'bad-input')) throw error;
        const isOfField = error instanceof RunFileError;
        const field = isOfField ? error.field : 'benchmark.name';
        const message = isOfField ? error.message.slice(`${name}: `.length) : error.message;
        tell(field, message, culpritOf(field, cell.set), cell);
        return undefined;
      }
    },
    faults: () =>
      [...told.values()].map(({ fault, of, cells }) => ({ ...fault, message: `${fault.message}${whose(of, cells)}` })),
  };
}

/** The setting of the cell that a fault of this field is about; undefined if it is one of the base. */
function culpritOf(field: string, set: readonly CellSetting[]): CellSetting | undefined {
  return set.findLast(({ path }) => {
    const own = settingPath(path);
    return own === field || own.startsWith(`${field}.`) || field.startsWith(`${own}.`);
  });
}

function whose(of: MatrixCell | undefined, cells: number): string {
  if (of === undefined || of.labels.length === 0) return '';
  return cells === 1 ? ` (cell ${describeCell(of)})` : ` (${cells} cells, the first is ${describeCell(of)})`;
}
