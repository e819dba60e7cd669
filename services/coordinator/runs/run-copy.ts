import type { Benchmark } from '../../domain/benchmark.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { encodeBenchmark } from '../../shared/contracts/benchmark-codec.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { createLogCopy, type LogCopy } from '../log/log-copy.ts';

/** What a coordinator that has led a run keeps of it, so that a recreated store need not cost the run. */
export interface RunCopy {
  readonly log: LogCopy;
  benchmark: Benchmark | undefined;
}

export function createRunCopy(): RunCopy {
  return { log: createLogCopy(), benchmark: undefined };
}

/** The run is gone from the store, and this process has no copy: it must be started again with its file. */
export class RunLostError extends ScaleError {
  readonly kind = 'damaged';
  constructor(runId: string) {
    super(
      `run ${runId} is gone from the store, which was recreated, and no coordinator holds a copy: start it again with its file`,
    );
  }
}

/**
 * Restores the manifest and the benchmark of a run if the store has lost them; the log restores itself when it is opened.
 * @throws RunLostError
 */
export async function restoreRun(bus: Bus, manifest: RunManifest, { benchmark, log }: RunCopy): Promise<void> {
  if ((await bus.runs.get(manifest.runId)) !== undefined) return;
  if (benchmark === undefined || log.skipped > 0) throw new RunLostError(manifest.runId);
  // The manifest last: what it names must be there when others see it.
  await bus.blobs.put(encodeBenchmark(benchmark));
  await bus.runs.put(manifest);
}
