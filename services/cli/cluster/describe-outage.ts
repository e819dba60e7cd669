import type { ReachedCluster } from './reach-cluster.ts';

/**
 * What to say while a coordinator does not answer. Where one of this machine listens and by which protocol is nobody's concern:
 * it is started again by itself, and neither a tunnel nor TLS leads to it.
 */
export function describeOutage({ kind }: Pick<ReachedCluster, 'kind'>, message: string): string {
  return kind === 'server' ? message : 'the coordinator does not answer';
}
