import type { Benchmark } from '../../domain/benchmark.ts';
import { CliError } from '../cli-error.ts';

/** The place of the query that a person means: by its id, else by its place from 0. @throws CliError if there is none */
export function queryIn({ name, queries }: Pick<Benchmark, 'name' | 'queries'>, wanted: string): number {
  const byId = queries.findIndex(({ id }) => id === wanted);
  if (byId >= 0) return byId;
  const place = /^\d+$/.test(wanted) ? Number(wanted) : Number.NaN;
  if (place < queries.length) return place;
  const some = queries.slice(0, 3).map(({ id }) => id);
  throw new CliError(
    'bad-input',
    `${name} has no query ${wanted}: name an id such as ${some.join(', ')}, or a place from 0 to ${queries.length - 1}`,
  );
}
