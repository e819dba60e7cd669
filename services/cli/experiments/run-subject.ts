import type { SweepLabel } from '../../domain/sweep/sweep-event.ts';

/** Which of an experiment's runs it is. */
export interface RunSubject {
  readonly part: 'search' | 'test';
  readonly benchmark: string;
  /** The variant that is searched with, or whose workflow is tested. */
  readonly what: string;
  readonly seed: number;
}

/** E.g. "search gsm8k, aflow, seed 1". */
export function nameOfSubject({ part, benchmark, what, seed }: RunSubject): string {
  return `${part} ${benchmark}, ${what}, seed ${seed}`;
}

/** What it has of each axis of the experiment's sweep. */
export function labelsOfSubject({ part, benchmark, what, seed }: RunSubject): SweepLabel[] {
  return [
    { axis: 'benchmark', value: benchmark },
    { axis: 'variant', value: part === 'test' ? `${what} (test)` : what },
    { axis: 'seed', value: String(seed) },
  ];
}
