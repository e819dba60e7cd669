import { onAbort } from '../../shared/lifecycle/abort.ts';
import type { NatsServerProcess } from '../../shared/toolchain/nats-process.ts';
import type { RunningPart, Supervised } from './supervise.ts';

/** In the order in which they end: a service that drains still needs the models and the bus. */
export interface ClusterParts {
  readonly services: Supervised<RunningPart>[];
  readonly models: Supervised<RunningPart>[];
  readonly bus: Supervised<NatsServerProcess>[];
}

export function allOf(parts: ClusterParts): Supervised<RunningPart>[] {
  return [...parts.services, ...parts.models, ...parts.bus];
}

export async function stopInOrder(parts: ClusterParts, forced: AbortSignal): Promise<void> {
  using _killing = onAbort(forced, () => {
    for (const part of allOf(parts)) void part.kill();
  });
  for (const stage of [parts.services, parts.models, parts.bus]) {
    await Promise.all(stage.map((part) => (forced.aborted ? part.kill() : part.stop())));
  }
}
