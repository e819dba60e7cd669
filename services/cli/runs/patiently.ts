import { ControlError } from '../../shared/control-client/control-error.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';

const patienceMs = 60_000;
const pauseMs = 500;

/**
 * For calls that may be repeated. On this machine, an answer that does not come means that the machine is busy, and hours of work
 * must not end there.
 */
export async function patiently<Response>(
  cluster: Pick<ReachedCluster, 'kind'>,
  call: () => Promise<Response>,
  signal: AbortSignal,
): Promise<Response> {
  const deadline = performance.now() + (cluster.kind === 'own' ? patienceMs : 0);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const isUnreachable = error instanceof ControlError && error.kind === 'unreachable';
      if (!isUnreachable || signal.aborted || performance.now() > deadline) throw error;
    }
    await pause(systemTiming, pauseMs, signal);
  }
}
