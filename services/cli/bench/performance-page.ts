import type { Document, Section } from '../../shared/document/document.ts';
import { capitalised } from '../../shared/document/format.ts';
import { type BenchResult, type BenchRow, cellsOf } from './bench.ts';

/** When and where benches were run. */
export interface Circumstances {
  /** E.g. "2026-03-01". */
  readonly date: string;
  readonly version: string;
  /** E.g. "AMD EPYC 7B13, 2 cores, 24 GiB, linux x64, Node.js 24.21.0". */
  readonly machine: string;
  readonly cores: number;
  /** Processes that wanted a core before the first bench began, on average over a minute. */
  readonly load: number;
  readonly quick: boolean;
  /** Of each bench; the tables show the middle run of each row. */
  readonly times: number;
}

export interface MeasuredBench {
  readonly name: string;
  readonly description: string;
  /** What it measured, or why it did not. */
  readonly outcome: BenchResult | Error;
}

/** From this many processes for each core, a machine has something else to do. */
const busyLoad = 0.5;

/** What `scale bench --out` writes. */
export function performancePage(circumstances: Circumstances, measured: readonly MeasuredBench[]): Document {
  const { date, version, machine, times, quick } = circumstances;
  return {
    name: 'performance',
    title: 'Performance',
    simulated: false,
    header: [
      {
        kind: 'text',
        text: 'Written by scale bench. Each table sets what was measured beside what it cannot pass, from the same run; a ratio of 1 is the limit, and ratios are what machines have in common. Simulated models answer: nothing here says anything about a real model.',
      },
      { kind: 'list', items: warningsAbout(circumstances) },
      {
        kind: 'facts',
        facts: [
          { label: 'Measured', text: `${date}, scale ${version}${quick ? ', with --quick' : ''}` },
          { label: 'Machine', text: machine },
          { label: 'Runs', text: times === 1 ? 'one of each bench' : `${times} of each bench, of each row the middle one` },
        ],
      },
    ],
    sections: measured.map(sectionOf),
  };
}

function warningsAbout({ quick, load, cores, times }: Circumstances): string[] {
  return [
    ...(quick ? ['Small forms (--quick) were run: they show that the benches work, and say nothing about speed.'] : []),
    ...(load > busyLoad * cores
      ? [`The machine was busy with something else (load ${load.toFixed(1)} on ${cores} cores): do not compare these figures.`]
      : []),
    ...(times < 3 ? ['Fewer than three runs of each bench: chance may be behind a figure.'] : []),
  ];
}

function sectionOf({ name, description, outcome }: MeasuredBench): Section {
  const intro = { kind: 'text', text: `${capitalised(description)}.` } as const;
  if (outcome instanceof Error) {
    return { id: name, title: name, blocks: [intro, { kind: 'text', text: `It was not measured: ${outcome.message}` }] };
  }
  const columns = [{ name: 'measured' }, { name: 'unit', text: true as const }, { name: 'limit' }, { name: 'ratio' }];
  const rows = outcome.rows.map((row: BenchRow) => ({ name: row.name, cells: cellsOf(row) }));
  const notes = outcome.notes.map((text) => ({ kind: 'text', text }) as const);
  return { id: name, title: name, blocks: [intro, { kind: 'table', of: '', columns, rows }, ...notes] };
}
