import { type Fault, faults } from './fault-index.ts';

export interface Recovery {
  /** Of the fault, e.g. 8. */
  readonly fault: number;
  readonly what: string;
  readonly seconds: number;
}

const [begin, end] = ['<!-- faults: written by scripts/reliability -->', '<!-- end of faults -->'];
const [beginBus, endBus] = ['<!-- bus: written by scripts/reliability -->', '<!-- end of bus -->'];

/** The page with its tables made anew. @throws Error where it has no place for them */
export function withTables(page: string, recoveries: readonly Recovery[]): string {
  const numbered = faults.filter(({ number }) => !number.startsWith('B'));
  const withFaults = between(page, begin, end, faultTable(numbered, recoveries));
  return between(withFaults, beginBus, endBus, busTable(faults.filter(({ number }) => number.startsWith('B'))));
}

/** The measurements that the page holds, so that a page without new ones keeps them. */
export function recoveriesOn(page: string): Recovery[] {
  return rowsOf(page).flatMap(([number = '', , , times = '']) =>
    times.split('; ').flatMap((time) => {
      const [, what, seconds] = /^(.+) \*\*([\d.]+) s\*\*$/.exec(time) ?? [];
      return what === undefined ? [] : [{ fault: Number(number), what, seconds: Number(seconds) }];
    }),
  );
}

function rowsOf(page: string): string[][] {
  const table = page.slice(page.indexOf(begin), page.indexOf(end));
  const lines = table.split('\n').filter((line) => /^\| \d/.test(line));
  return lines.map((line) => line.slice(2, -2).split(' | '));
}

function between(page: string, from: string, to: string, table: string): string {
  const [start, stop] = [page.indexOf(from), page.indexOf(to)];
  if (start < 0 || stop < start) throw new Error(`the page has no lines "${from}" and "${to}"`);
  return `${page.slice(0, start + from.length)}\n\n${table}\n\n${page.slice(stop)}`;
}

function faultTable(rows: readonly Fault[], recoveries: readonly Recovery[]): string {
  const line = ({ number, fault, survived, tests }: Fault): string => {
    // The last measurement of each is the one that counts.
    const times = new Map(recoveries.filter((each) => String(each.fault) === number).map(({ what, seconds }) => [what, seconds]));
    const told = [...times].map(([what, seconds]) => `${what} **${seconds.toFixed(1)} s**`).join('; ');
    return `| ${number} | ${fault} | ${survived} | ${told === '' ? '–' : told} | ${filesOf(tests)} |`;
  };
  return ['| | fault | what is made of it | measured | tests |', '|---|---|---|---|---|', ...rows.map(line)].join('\n');
}

function busTable(rows: readonly Fault[]): string {
  const line = ({ number, fault, survived, tests }: Fault) => `| ${number} | ${fault} | ${survived} | ${filesOf(tests)} |`;
  return ['| | what happens | what is made of it | tests |', '|---|---|---|---|', ...rows.map(line)].join('\n');
}

function filesOf(tests: Fault['tests']): string {
  return [...new Set(tests.map(({ file }) => `\`${file}\``))].join(', ');
}
