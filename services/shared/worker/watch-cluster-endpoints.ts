import type { ClusterEndpoints } from '../config/endpoints/cluster-endpoints.ts';
import type { Endpoint } from '../contracts/generated/scale/v1/control.ts';
import type { Timing } from '../lifecycle/timing.ts';
import { watchFiles } from '../lifecycle/watch-files.ts';
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

/**
 * A file that is not there names no models. One that is wrong is reported, and what it said before still holds.
 * @param file undefined for none
 * @throws ClusterEndpointsError, or SettingsError, for a file that is wrong from the beginning
 */
export async function watchClusterEndpoints(
  file: string | undefined,
  { timing, logger }: { readonly timing: Timing; readonly logger: Pick<Logger, 'info' | 'error'> },
): Promise<WatchedEndpoints> {
  let endpoints: ClusterEndpoints | undefined;
  let changed = (): void => {};
  const watch = async (watched: string) => {
    // Most workers have no such file, and start without YAML and the tables of run files.
    const { parseClusterEndpoints } = await import('../config/endpoints/cluster-endpoints.ts');
    return await watchFiles({
      ...{ files: [{ variable: 'SCALE_ENDPOINTS_FILE', path: watched }], mayBeMissing: true, timing },
      changed: ([content = '']) => {
        const isFirst = endpoints === undefined;
        endpoints = parseClusterEndpoints(content.toString(), watched);
        if (isFirst) return;
        logger.info({ models: [...endpoints.keys()] }, `the endpoints in ${watched} have changed`);
        changed();
      },
      failed: (err) => logger.error({ err }, `${watched} cannot be used; what it said before still holds`),
    });
  };
  const stop = file && (await watch(file));
  return {
    all: () => endpoints ?? none,
    serversOf: (model) => endpoints?.get(model),
    onChange: (listener) => {
      changed = listener;
    },
    stop: async () => {
      if (stop) await stop();
    },
  };
}

const none: ClusterEndpoints = new Map();
