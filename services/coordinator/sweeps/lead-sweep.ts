import { planSweep, type SeenRun, type SweepCommand } from '../../domain/sweep/plan-sweep.ts';
import type { SweepEvent } from '../../domain/sweep/sweep-event.ts';
import { type CellState, phaseOf, runOf, type SweepState, settingsNow } from '../../domain/sweep/sweep-state.ts';
import {
  type RunManifest,
  RunStatus,
  type ShareGroup,
  type StartRunRequest,
  type StartRunResponse,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { isSettled } from '../../shared/contracts/is-settled.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { every, type Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { noPause, pauseRun } from '../../shared/messaging/pause-run.ts';
import { withAsked } from '../../shared/sharing/share-rules.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import type { Bell } from '../bell.ts';
import type { Coordinator } from '../coordinator.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { cellOutcome, hasResult, wasEndedBySweep } from './cell-outcome.ts';
import { type CellRunRequest, runsOfCell, withBenchmark } from './cell-run.ts';
import { createSweepBudget, type SweepBudget } from './sweep-budget.ts';
import type { SweepCopy } from './sweep-copy.ts';
import type { SweepLog } from './sweep-log.ts';

export interface SweepLeading {
  readonly bus: Bus;
  readonly timing: Timing;
  readonly logger: Logger;
  readonly sweepId: string;
  readonly log: SweepLog;
  readonly copy: SweepCopy;
  /** Rings when the log has grown, or one of the runs has changed. */
  readonly bell: Bell;
  /** The runs that are being looked at. */
  readonly watched: Set<string>;
  /** As the call of that name does. */
  readonly startRun: (request: StartRunRequest, startedBy: string) => Promise<StartRunResponse>;
  /** Makes sure that somebody drives the run. */
  readonly drive: (manifest: RunManifest) => void;
  readonly budgets: Pick<Coordinator, 'budget' | 'changeBudget'>;
}

/** How often the table of a sweep with limits is looked at, for its time and in case the store has lost it. */
const lookEveryMs = 1_000;

/**
 * Does what a sweep's plan says, until the sweep is over. The caller holds its lease; whatever is done twice nevertheless is
 * harmless, since the log takes one writer's entry in each place and a run is known by its configuration.
 */
export async function leadSweep(leading: SweepLeading, signal: AbortSignal): Promise<void> {
  const { bus, log, copy, bell, watched, timing } = leading;
  const budget = createSweepBudget(leading, leading.sweepId);
  const placed = createPlacedRuns(leading);
  for (;;) {
    await log.refresh(signal);
    const state = log.state();
    if (state === undefined) return;
    await copy.keep(bus, log, state);
    await budget.keep(state, copy.starts(state), signal);
    await placed.place(state, signal);
    const going = goingOn(state);
    watched.clear();
    for (const runId of going) watched.add(runId);
    const manifests = new Map(await Promise.all(going.map(async (runId) => [runId, await bus.runs.get(runId)] as const)));
    signal.throwIfAborted();
    for (const manifest of manifests.values()) await shareOut(leading, state, manifest);
    const commands = planSweep(state, (runId) => seenRun(leading.sweepId, manifests.get(runId)));
    for (const command of commands) {
      await carryOut(leading, command, { state, manifests, placed, budget }, signal);
      signal.throwIfAborted();
    }
    if (commands.length > 0) continue;
    if (state.endedAtMs !== undefined) return;
    using _looking = state.settings.limits && every(timing, lookEveryMs, () => bell.ring());
    await bell.rung(signal);
    signal.throwIfAborted();
  }
}

function goingOn(state: SweepState): string[] {
  return state.cells.flatMap((cell) => (phaseOf(cell) === 'running' ? (runOf(cell)?.runId ?? []) : []));
}

/** A run divides what its sweep has as it is now with the others that go on. */
async function shareOut({ bus, sweepId }: SweepLeading, state: SweepState, manifest: RunManifest | undefined): Promise<void> {
  const { share } = settingsNow(state);
  const sweep = share && { name: sweepId, weight: share.weight, atMost: share.atMost, priority: share.priority };
  // A run that is a cell of another sweep, too, is counted for the one that was started last.
  if (manifest?.sweepId !== sweepId || hasEnded(manifest.status) || isSameGroup(manifest.share?.sweep, sweep)) return;
  await bus.runs.update(manifest.runId, (found) => ({ ...found, share: { ...withAsked(found.share, {}), sweep } }));
}

function isSameGroup(one: ShareGroup | undefined, other: ShareGroup | undefined): boolean {
  return one?.weight === other?.weight && one?.atMost === other?.atMost && one?.priority === other?.priority;
}

function seenRun(sweepId: string, manifest: RunManifest | undefined): SeenRun | undefined {
  return (
    manifest && {
      hasEnded: isSettled(manifest),
      isPaused: manifest.status === RunStatus.PAUSED,
      pausedBySweep: manifest.status === RunStatus.PAUSED && manifest.pauseReason.startsWith(pauseReasonOf(sweepId)),
    }
  );
}

/** By it a run that its sweep holds is told from one that somebody else holds. */
function pauseReasonOf(sweepId: string): string {
  return `sweep ${sweepId} is paused`;
}

interface Situation {
  readonly state: SweepState;
  readonly manifests: ReadonlyMap<string, RunManifest | undefined>;
  readonly placed: PlacedRuns;
  readonly budget: SweepBudget;
}

async function carryOut(leading: SweepLeading, command: SweepCommand, situation: Situation, signal: AbortSignal): Promise<void> {
  const { bus, timing, sweepId } = leading;
  const { state, manifests } = situation;
  switch (command.kind) {
    case 'start-cell':
      return startCell(leading, command, situation, signal);
    case 'begin-run':
      return beginRun(leading, command.cell, command.runId, situation);
    case 'note-end': {
      const { runId } = command;
      const manifest = manifests.get(runId);
      const outcome =
        manifest === undefined
          ? ({ status: 'cancelled', why: 'its sweep went on without it before it began', tokens: 0 } as const)
          : await cellOutcome({ bus, timing }, manifest, signal);
      leading.logger.info({ sweepId, runId, status: outcome.status }, 'a cell of the sweep has ended');
      return append(leading, { kind: 'cell-ended', cellId: command.cell.cellId, runId, outcome });
    }
    case 'pause-run': {
      const reason = state.reason === '' ? pauseReasonOf(sweepId) : `${pauseReasonOf(sweepId)}: ${state.reason}`;
      await pauseRun(bus, command.runId, reason, { nowMs: timing.wallMs() });
      return;
    }
    case 'resume-run':
      await bus.runs.update(command.runId, (manifest) =>
        seenRun(sweepId, manifest)?.pausedBySweep ? { ...manifest, status: RunStatus.RUNNING, ...noPause } : manifest,
      );
      return;
    case 'cancel-run': {
      const cancelReason = state.reason === '' ? `sweep ${sweepId} was cancelled` : state.reason;
      await bus.runs.update(command.runId, (manifest) =>
        hasEnded(manifest.status) ? manifest : { ...manifest, status: RunStatus.CANCELLED, cancelReason },
      );
      return;
    }
    case 'end-sweep':
      leading.logger.info({ sweepId }, 'the sweep has ended');
      return append(leading, { kind: 'sweep-ended' });
  }
}

/** The log first: whoever leads the sweep next then starts this run, and no other for this cell. */
async function startCell(
  leading: SweepLeading,
  { cell, place }: { readonly cell: CellState; readonly place: number },
  situation: Situation,
  signal: AbortSignal,
): Promise<void> {
  const start = leading.copy.starts(situation.state)[place];
  if (start === undefined) throw new Error(`sweep ${leading.sweepId} has no start for cell ${cell.cellId}`);
  const { runId, request } = await chooseRun(leading, cell, start, signal);
  await append(leading, { kind: 'cell-started', cellId: cell.cellId, runId });
  const ended = situation.budget.ended();
  if (ended !== undefined) {
    const outcome = { status: 'cancelled', why: `it was not started: ${ended}`, tokens: 0 } as const;
    return append(leading, { kind: 'cell-ended', cellId: cell.cellId, runId, outcome });
  }
  await begin(leading, cell, { runId, request }, situation);
}

/** The first of its runs that goes on, has a result, is not there yet, or was ended by the sweep's limit. */
async function chooseRun(
  { bus, sweepId }: SweepLeading,
  cell: CellState,
  start: StartRunRequest,
  signal: AbortSignal,
): Promise<CellRunRequest> {
  const before = new Set(cell.runs.map(({ runId }) => runId));
  for (const choice of runsOfCell(start)) {
    const manifest = await bus.runs.get(choice.runId);
    // One that was not started at the sweep's limit is not there, although the log names it.
    if (manifest === undefined) return choice;
    // And one that it has ended goes on, instead of another that pays for all of it again.
    if (wasEndedBySweep(manifest)) return choice;
    if (before.has(choice.runId)) continue;
    if (manifest.simulated !== start.simulated) continue;
    if (!hasEnded(manifest.status) || (await hasResult({ bus }, manifest, signal))) return choice;
  }
  throw new Error(`sweep ${sweepId}: no run was found for cell ${cell.cellId}`);
}

async function beginRun(leading: SweepLeading, cell: CellState, runId: string, situation: Situation): Promise<void> {
  const start = cell.place === undefined ? undefined : leading.copy.starts(situation.state)[cell.place];
  const choice = start && runById(start, runId);
  if (choice) return begin(leading, cell, choice, situation);
  const why = `its run ${runId} was not begun, and its file has other settings since then`;
  await append(leading, { kind: 'cell-ended', cellId: cell.cellId, runId, outcome: { status: 'failed', why, tokens: 0 } });
}

function runById(start: StartRunRequest, runId: string): CellRunRequest | undefined {
  let number = 0;
  for (const choice of runsOfCell(start)) {
    number += 1;
    if (choice.runId === runId) return choice;
    if (number === mostNumbers) return undefined;
  }
  return undefined;
}

/** Far more than a cell is ever executed again. */
const mostNumbers = 1_000;

async function begin(
  leading: SweepLeading,
  { cellId }: CellState,
  { runId, request }: { readonly runId: string; readonly request: StartRunRequest },
  { state, placed }: Situation,
): Promise<void> {
  const { bus, logger, sweepId } = leading;
  try {
    await leading.startRun({ ...(await withBenchmark(bus, request)), sweepId }, state.startedBy);
    placed.add(runId);
    logger.info({ sweepId, runId }, 'a cell of the sweep was started');
  } catch (error) {
    // What is wrong with one cell must not stop the others. Trouble with the bus is nobody's fault, and is tried again.
    if (!(error instanceof RequestRefusedError)) throw error;
    const outcome = { status: 'failed', why: coerceError(error).message, tokens: 0 } as const;
    await append(leading, { kind: 'cell-ended', cellId, runId, outcome });
  }
}

async function append({ log }: SweepLeading, event: SweepEvent): Promise<void> {
  await log.append(event);
}

/** The runs that were told where their models are served now, and that somebody must drive. */
interface PlacedRuns {
  add(runId: string): void;
  /** Tells those that go on, once for each place that the sweep has been given. */
  place(state: SweepState, signal: AbortSignal): Promise<void>;
}

function createPlacedRuns(leading: SweepLeading): PlacedRuns {
  const { bus, copy, sweepId } = leading;
  const placed = new Set<string>();
  let startsBlob: string | undefined;
  const placeOne = async (state: SweepState, cell: CellState, runId: string): Promise<void> => {
    const manifest = await bus.runs.get(runId);
    if (manifest === undefined) return;
    const start = cell.place === undefined ? undefined : copy.starts(state)[cell.place];
    // As it was begun: a version with other defaults must not make it another run.
    const { configuration } = manifest;
    if (start !== undefined && configuration !== undefined && !hasEnded(manifest.status)) {
      await leading.startRun({ ...(await withBenchmark(bus, { ...start, configuration })), sweepId }, state.startedBy);
    } else if (!isSettled(manifest)) leading.drive(manifest);
    placed.add(runId);
  };
  return {
    add: (runId) => placed.add(runId),
    async place(state, signal) {
      if (state.startsBlob !== startsBlob) placed.clear();
      startsBlob = state.startsBlob;
      for (const cell of state.cells) {
        const run = phaseOf(cell) === 'running' ? runOf(cell) : undefined;
        if (run === undefined || placed.has(run.runId)) continue;
        await placeOne(state, cell, run.runId);
        signal.throwIfAborted();
      }
    },
  };
}
