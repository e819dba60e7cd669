import { randomInteger, randomStream } from '../random.ts';
import { mean } from '../statistics/intervals.ts';
import { type MeasureName, type Measures, measureNames } from './measure.ts';

/** All replays of one search. */
export interface SearchMeasures {
  readonly source: string;
  /** One per seed. */
  readonly measures: readonly Measures[];
}

export interface Estimate {
  readonly mean: number;
  /** 95 %, by bootstrap over seeds, and over the searches of sources that have several. */
  readonly low: number;
  readonly high: number;
}

/** Undefined where no search had the measure. */
export type Summary = Readonly<Record<MeasureName, Estimate | undefined>>;

export interface PooledSummary {
  /** Each source with the same weight. */
  readonly pooled: Summary;
  readonly bySource: ReadonlyMap<string, Summary>;
}

const resamples = 400;
/** Seeds are independent, so blocks of them are resampled as well as single ones, and much faster. */
const blocks = 20;

/**
 * Means over seeds, then over the searches of a source, then over sources. The interval says how far other seeds and other
 * searches of these sources might have moved it; it says nothing about other benchmarks, nor about what a single search of a
 * source hides.
 */
export function summarise(searches: readonly SearchMeasures[], seed: number): PooledSummary {
  const sources = new Map<string, Summary>();
  const pooled: Partial<Record<MeasureName, Estimate | undefined>> = {};
  const bySource = Map.groupBy(searches, ({ source }) => source);
  const ofSource = new Map([...bySource.keys()].map((source) => [source, {} as Record<MeasureName, Estimate | undefined>]));
  for (const name of measureNames) {
    const values = new Map([...bySource].map(([source, group]) => [source, group.flatMap((search) => valuesOf(search, name))]));
    const spreads = new Map<string, Spread>();
    for (const [source, lists] of values) {
      if (lists.length === 0) continue;
      const spread = spreadOf(lists, seed, `${source} ${name}`);
      spreads.set(source, spread);
      (ofSource.get(source) as Record<MeasureName, Estimate | undefined>)[name] = estimateOf(spread);
    }
    pooled[name] = spreads.size === 0 ? undefined : estimateOf(pool([...spreads.values()]));
  }
  for (const [source, summary] of ofSource) sources.set(source, summary);
  return { pooled: pooled as Summary, bySource: sources };
}

interface Spread {
  readonly mean: number;
  readonly resampled: readonly number[];
}

/** The seeds for which the measure is defined; none for a search where it never is. */
function valuesOf({ measures }: SearchMeasures, name: MeasureName): number[][] {
  const values = measures.flatMap((measured) => measured[name] ?? []);
  return values.length === 0 ? [] : [values];
}

function spreadOf(lists: readonly (readonly number[])[], seed: number, purpose: string): Spread {
  const random = randomStream(seed, 'bootstrap', purpose);
  const blocked = lists.map(blockMeans);
  const resampled = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let search = 0; search < blocked.length; search += 1) {
      const values = blocked[blocked.length === 1 ? 0 : randomInteger(random, blocked.length)] as readonly number[];
      let inner = 0;
      for (let draw = 0; draw < values.length; draw += 1) inner += values[randomInteger(random, values.length)] as number;
      sum += inner / values.length;
    }
    return sum / blocked.length;
  });
  return { mean: mean(lists.map(mean)), resampled };
}

function blockMeans(values: readonly number[]): number[] {
  const count = Math.min(blocks, values.length);
  const edge = (block: number) => Math.round((block * values.length) / count);
  return Array.from({ length: count }, (_, block) => mean(values.slice(edge(block), edge(block + 1))));
}

function pool(spreads: readonly Spread[]): Spread {
  return {
    mean: mean(spreads.map((spread) => spread.mean)),
    resampled: Array.from({ length: resamples }, (_, index) => mean(spreads.map(({ resampled }) => resampled[index] as number))),
  };
}

function estimateOf({ mean: centre, resampled }: Spread): Estimate {
  const sorted = resampled.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  return { mean: centre, low: at(0.025), high: at(0.975) };
}
