import { z } from 'zod';
import { ScaleError } from '../../../domain/errors/scale-error.ts';
import type { Endpoint } from '../../contracts/generated/scale/v1/control.ts';
import { parseSettings } from '../../settings/parse-settings.ts';
import { tableSchema } from '../../settings/setting-table.ts';
import { endpointTable } from '../run-file-tables/endpoint-table.ts';
import { serversOf } from './run-endpoints.ts';

/** Where the cluster's own settings say that models are served, by model. */
export type ClusterEndpoints = ReadonlyMap<string, readonly Endpoint[]>;

/** A file of endpoints that cannot be used: one sentence that names the file, the field and the rule. */
export class ClusterEndpointsError extends ScaleError {
  readonly kind = 'bad-input';
}

/**
 * Reads a file that names, for each model, an endpoint with the settings of one in a run file.
 * @param file what to call it in messages
 * @throws ClusterEndpointsError for the first thing that is wrong
 */
export function parseClusterEndpoints(text: string, file: string): ClusterEndpoints {
  const { settings, error } = parseSettings(text, {
    schemaOf: () => z.record(z.string(), tableSchema(endpointTable), { error: 'must be a group of endpoints by model' }),
    what: 'a file of endpoints',
    // An empty file names no model.
    prepare: (value) => value ?? {},
    refuse: ({ line }, message, options) =>
      new ClusterEndpointsError(`${file}${line === undefined ? '' : `:${line}`}: ${message}`, options),
  });
  const batched = Object.keys(settings).find((model) => settings[model]?.batch !== undefined);
  if (batched !== undefined)
    throw error(
      `${batched}.batch`,
      `${batched}.batch is for a run's own endpoints: its prices, and how long its jobs may take, depend on it`,
    );
  return new Map(Object.entries(settings).map(([model, endpoint]) => [model, serversOf(endpoint, model)]));
}
