import { type ClusterEndpoints, parseClusterEndpoints } from '../../../services/shared/config/endpoints/cluster-endpoints.ts';
import type { Rendered } from './manifest.ts';

/**
 * The overlay's endpoints file, as workers read it.
 * @throws ClusterEndpointsError
 */
export function endpointsOf(rendered: Rendered): ClusterEndpoints {
  const { data = {} } = rendered.get('ConfigMap', 'scale-endpoints') ?? {};
  return parseClusterEndpoints(data['endpoints.yaml'] ?? '', 'endpoints.yaml');
}
