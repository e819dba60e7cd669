import type { Benchmark } from '../../domain/benchmark.ts';
import { placeOfQuery } from '../../shared/benchmarks/place-of-query.ts';
import { CliError } from '../cli-error.ts';

/** The place of the query that a person means: by its id, else by its place from 0. @throws CliError if there is none */
export function queryIn({ name, queries }: Pick<Benchmark, 'name' | 'queries'>, wanted: string): number {
  const place = placeOfQuery(queries, wanted);
  if (place !== undefined) return place;
  const some = queries.slice(0, 3).map(({ id }) => id);
  throw new CliError(
    'bad-input',
    `${name} has no query ${wanted}: name an id such as ${some.join(', ')}, or a place from 0 to ${queries.length - 1}`,
  );
}
