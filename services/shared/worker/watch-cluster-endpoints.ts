import { readFile } from 'node:fs/promises';
import { type ClusterEndpoints, parseClusterEndpoints } from '../config/cluster-endpoints.ts';
import type { Endpoint } from '../contracts/generated/scale/v1/control.ts';
import { coerceError } from '../errors/coerce-error.ts';
import { pause } from '../lifecycle/abort.ts';
import type { Timing } from '../lifecycle/timing.ts';
import type { Logger } from '../telemetry/logger.ts';

/** The cluster's own endpoints, kept current while the file that names them changes. */
export interface WatchedEndpoints {
  /** All that the file names, by model. */
  all(): ClusterEndpoints;
  /** Undefined if the file does not name the model. */
  serversOf(model: string): readonly Endpoint[] | undefined;
  /** `changed` is called after each change. */
  onChange(changed: () => void): void;
  stop(): Promise<void>;
}

/** By asking, not by the system's notices: these do not come from network file systems, nor for a mounted ConfigMap. */
const readEveryMs = 1_000;

/**
 * A file that is not there names no models. One that is wrong is reported, and what it said before still holds.
 * @param file undefined for none
 * @throws ClusterEndpointsError for a file that is wrong from the beginning
 */
export async function watchClusterEndpoints(
  file: string | undefined,
  { timing, logger }: { readonly timing: Timing; readonly logger: Pick<Logger, 'info' | 'error'> },
): Promise<WatchedEndpoints> {
  const stopping = new AbortController();
  let text = '';
  /** At the look before: a file that is just being written is empty or half there, and only the same twice counts. */
  let seen: string | undefined;
  let endpoints: ClusterEndpoints = new Map();
  let changed = (): void => {};

  const read = async (path: string): Promise<void> => {
    const now = await textOf(path);
    const isSettled = now === seen;
    seen = now;
    if (now === text || !isSettled) return;
    text = now;
    endpoints = parseClusterEndpoints(now, path);
    changed();
  };
  const watch = async (path: string): Promise<void> => {
    for (;;) {
      await pause(timing, readEveryMs, stopping.signal);
      if (stopping.signal.aborted) return;
      const before = endpoints;
      try {
        await read(path);
        if (endpoints !== before) logger.info({ models: [...endpoints.keys()] }, `the endpoints in ${path} have changed`);
      } catch (error) {
        logger.error({ err: coerceError(error) }, `${path} cannot be used; what it said before still holds`);
      }
    }
  };

  if (file !== undefined) {
    seen = await textOf(file);
    await read(file);
  }
  const watching = file === undefined ? Promise.resolve() : watch(file);
  return {
    all: () => endpoints,
    serversOf: (model) => endpoints.get(model),
    onChange: (listener) => {
      changed = listener;
    },
    stop: async () => {
      stopping.abort();
      await watching;
    },
  };
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}
