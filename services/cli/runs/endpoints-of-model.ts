import type { Endpoint, RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';

/**
 * The endpoints at which a run's workflows can be executed again. The simulated model of a machine is none of them: it is found
 * anew, elsewhere. One behind an endpoint, such as a cluster's own, is where it was.
 */
export function endpointsOfModel(manifest: Pick<RunManifest, 'endpoints' | 'simulated'>, model: string): readonly Endpoint[] {
  return manifest.simulated ? [] : manifest.endpoints.filter((endpoint) => endpoint.model === model);
}
