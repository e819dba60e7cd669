import type { RunEvent } from '../../domain/run/event.ts';
import { isSettled } from '../../shared/contracts/is-settled.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import { createBackoff } from '../../shared/lifecycle/backoff.ts';
import { systemTiming, type Timing } from '../../shared/lifecycle/timing.ts';
import { readBeside, readRun } from '../../shared/runs/read-run.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';
import type { RunSource } from '../../shared/runs/run-source.ts';

/** What is worth waiting for is written some milliseconds after the log's last entry, or by a coordinator that takes over. */
const patienceMs = 10_000;
const firstPauseMs = 10;
const longestPauseMs = 500;

/**
 * For a run whose log, as far as it has been read, ends: reads it to its end, and waits until the coordinator has written into
 * the run's manifest, by which runs are listed and found, that it is over. A command that stops its own cluster before would
 * leave a run that is listed as running.
 * @param onEvent gets what the log has after the end that was read: a run that a limit had ended may have gone on since
 * @returns whether the run is over; true too where its manifest does not say so in ten seconds
 */
export async function untilSettled(
  source: RunSource,
  record: RunRecord,
  onEvent: (event: RunEvent) => void,
  signal: AbortSignal,
  timing: Timing = systemTiming,
): Promise<boolean> {
  const backoff = createBackoff({ firstMs: firstPauseMs, capMs: longestPauseMs });
  const deadlineMs = timing.monotonicMs() + patienceMs;
  for (;;) {
    const manifest = await readBeside(source, record, signal);
    // After that, since nothing is added to the log of a run that has ended.
    await readRun(source, record, signal, onEvent);
    if (!record.isOver()) return false;
    if (manifest === undefined || isSettled(manifest) || timing.monotonicMs() > deadlineMs) return true;
    await pause(timing, backoff.next(), signal);
  }
}
