import { isSweepOver } from '../../domain/sweep/sweep-state.ts';
import type {
  DeletedRun,
  DeleteRunsRequest,
  DeleteRunsResponse,
  RunManifest,
  SetLabelsRequest,
  SetLabelsResponse,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import { changedLabels, labelFault, tooManyLabels } from '../../shared/contracts/run-labels.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { runLease } from '../../shared/messaging/run-lease.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { openSweepLog } from '../sweeps/sweep-log.ts';
import { goesOn, removeRun } from './remove-run.ts';

/** The part of ControlService by which people keep their runs in order. */
export interface KeepingHandlers {
  setLabels(request: SetLabelsRequest): Promise<SetLabelsResponse>;
  /** All of them, or none if one may not be deleted now. */
  deleteRuns(request: DeleteRunsRequest, signal: AbortSignal): Promise<DeleteRunsResponse>;
}

/** @param name of this coordinator, which holds the lease of a run while it deletes it */
export function createKeepingHandlers(bus: Bus, name: string): KeepingHandlers {
  return {
    async setLabels({ runId, add, remove }) {
      const fault = labelFault(add);
      if (fault !== undefined) throw new RequestRefusedError('bad-input', fault);
      const changed = await bus.runs.update(runId, (manifest) => {
        const labels = changedLabels(manifest.labels, { add, remove });
        const many = tooManyLabels(labels);
        if (many !== undefined) throw new RequestRefusedError('bad-input', many);
        return { ...manifest, labels };
      });
      if (changed === undefined) throw noRun(runId);
      return { labels: changed.labels };
    },
    async deleteRuns({ runIds, dryRun }, signal) {
      const manifests = await bus.runs.list();
      const remembered = new Set((await bus.memory.list()).map(({ memory }) => memory.runId));
      const doomed = withDependents(runIds, manifests);
      for (const { manifest } of doomed) await refuseIfNeeded(bus, manifest, signal);
      const runs: DeletedRun[] = [];
      for (const { manifest, becauseOf } of doomed) {
        const { runId } = manifest;
        signal.throwIfAborted();
        if (!dryRun) await removeRun(bus, runId, name);
        runs.push({ runId, memory: remembered.has(runId), ...(becauseOf !== undefined && { becauseOf }) });
      }
      return { runs };
    },
  };
}

interface DoomedRun {
  readonly manifest: RunManifest;
  readonly becauseOf?: string;
}

/** Each evaluation before the run whose workflow it executes, so that what breaks off leaves none without its run. */
function withDependents(runIds: readonly string[], manifests: readonly RunManifest[]): DoomedRun[] {
  const named = new Set(runIds);
  return [...named].flatMap((runId): DoomedRun[] => {
    const manifest = manifests.find((each) => each.runId === runId);
    if (manifest === undefined) throw noRun(runId);
    // It goes just before its run, wherever that is named.
    if (manifest.ofRun !== undefined && named.has(manifest.ofRun)) return [];
    const dependents = manifests.filter((each) => each.ofRun === runId);
    return [...dependents.map((each) => ({ manifest: each, ...(!named.has(each.runId) && { becauseOf: runId }) })), { manifest }];
  });
}

/** @throws RequestRefusedError for a run that is being worked on */
async function refuseIfNeeded(bus: Bus, manifest: RunManifest, signal: AbortSignal): Promise<void> {
  const { runId, sweepId } = manifest;
  if ((await bus.leases.holding(runLease(runId))) !== undefined) throw goesOn(runId);
  if (sweepId === undefined) return;
  const sweep = (await openSweepLog(bus, sweepId, signal)).state();
  if (sweep === undefined || isSweepOver(sweep)) return;
  const advice = `end that with \`scale sweep cancel ${sweepId}\` first`;
  throw new RequestRefusedError('conflict', `run ${runId} is a cell of the sweep ${sweepId}, which has not ended: ${advice}`);
}

function noRun(runId: string): RequestRefusedError {
  return new RequestRefusedError('not-found', `there is no run ${runId}; \`scale list\` shows all runs`);
}
