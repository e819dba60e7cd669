import type { FoundBug, ShownBug } from './bug-hunt.ts';
import { spoiling } from './fault-plan.ts';

/** What scripts/simulate.ts writes into docs/simulation.md, and the tests read there. */

export interface SeedFigures {
  readonly first: number;
  readonly count: number;
  readonly failed: number;
  readonly seconds: number;
  /** Of all threads. */
  readonly cpuSeconds: number;
  readonly cores: number;
  /** Only searches whose name has this. */
  readonly searches: string;
}

export function seedFigures({ first, count, failed, seconds, cpuSeconds, cores, searches }: SeedFigures): string {
  const last = first + count - 1;
  const rate = Math.round((count / cpuSeconds) * 60);
  return [
    `Seeds ${first} to ${last}${searches === '' ? '' : ` of searches with "${searches}"`}: ${failed} with a violation.`,
    `${Math.round(seconds)} s on ${cores} cores, ${Math.round(cpuSeconds)} s of processor time: ${rate} seeds a minute and core.`,
  ].join(' ');
}

export function bugTable(bugs: readonly FoundBug[]): string {
  const rows = bugs.map(
    ({ what, seed, shown }) =>
      `| ${what} | ${seed ?? 'none'} | ${shown === undefined ? '' : caseInWords(shown)} | ${short(shown?.violation ?? '')} |`,
  );
  return ['| the product in which | first seed | made small | what it shows |', '|---|---|---|---|', ...rows].join('\n');
}

/** The seeds of a page's table, by defect. */
export function seedsOfTable(text: string): Map<string, number> {
  const rows = text.matchAll(/^\| ([^|]+) \| (\d+) \| /gm);
  return new Map([...rows].map(([, what = '', seed]) => [what, Number(seed)]));
}

/** @throws Error for a page without the place */
export function withFigures(text: string, name: string, figures: string): string {
  const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`);
  if (!place.test(text)) throw new Error(`the page has no place for ${name}`);
  return text.replace(place, (_, begin: string, end: string) => `${begin}${figures}\n${end}`);
}

/** What is left in it of what went wrong, and how long it is. */
export function caseInWords({ plan: { incidents, weather, clocksApartMs }, rounds, steps }: ShownBug): string {
  const kinds = [...incidents.map(({ kind }) => kind), ...spoiling.filter((share) => weather[share] > 0)];
  const others = [...(weather.slowJobs > 0 ? ['slow jobs'] : []), ...(clocksApartMs > 0 ? ['clocks apart'] : [])];
  const wrong = [...kinds, ...others];
  return `${wrong.length === 0 ? 'nothing' : wrong.join(', ')}; ${counted(rounds, 'round')}, ${counted(steps, 'step')}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function short(violation: string): string {
  const line = (violation.split('\n')[0] ?? '').replaceAll('|', '/');
  return line.length > 110 ? `${line.slice(0, 109)}…` : line;
}
