import type { SweepFile } from '../../shared/config/sweep-file/sweep-file.ts';
import type { Benchmark } from '../../shared/contracts/generated/scale/v1/benchmark.ts';
import type { StartSweepRequest } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { SpendingNote } from '../../shared/contracts/generated/scale/v1/spending.ts';
import { sweepSettingsToProto } from '../../shared/contracts/sweep-codec.ts';
import { startRunRequestOf } from '../runs/run-request.ts';

export interface SweepRequest {
  readonly request: StartSweepRequest;
  /** Each once: they are kept before the sweep is started. */
  readonly benchmarks: readonly Benchmark[];
}

/**
 * @param simulatorUrl where the simulated model listens, if a run needs it
 * @param preflight what it took to try the endpoints: the account of the first run
 */
export function sweepRequestOf(file: SweepFile, simulatorUrl: string | undefined, preflight?: SpendingNote): SweepRequest {
  const benchmarks = new Map<string, Benchmark>();
  const cells = file.cells.map(({ labels, file: run }, place) => {
    const { benchmark, ...start } = startRunRequestOf(run, simulatorUrl);
    if (benchmark !== undefined) benchmarks.set(run.configuration.benchmark.contentHash, benchmark);
    return { labels: [...labels], start: { ...start, ...(place === 0 && preflight && { preflight }) } };
  });
  const { name, baseHash, settings } = file;
  return { request: { name, baseHash, settings: sweepSettingsToProto(settings), cells }, benchmarks: [...benchmarks.values()] };
}
