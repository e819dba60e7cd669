import { runScope } from '../../shared/budgets/scopes-of.ts';
import { emptyBudgetTable } from '../../shared/contracts/budget-codec.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { runLease } from '../../shared/messaging/run-lease.ts';
import { RequestRefusedError } from '../request-refused-error.ts';

/**
 * Deletes all that is kept of a run. Nobody leads it meanwhile, since its lease is held here.
 * @param name of this coordinator
 * @param mayGo asked once nobody can take the run up any more; default: it may
 * @returns whether it is gone
 * @throws RequestRefusedError while it is being worked on
 */
export async function removeRun(
  bus: Bus,
  runId: string,
  name: string,
  mayGo: (found: RunManifest) => boolean = () => true,
): Promise<boolean> {
  const lease = await bus.leases.acquire(runLease(runId), name);
  if (lease === undefined) throw goesOn(runId);
  try {
    const found = await bus.runs.get(runId);
    if (found !== undefined && !mayGo(found)) return false;
    await bus.jobs.closeLanes(runId);
    await bus.removeRun(runId);
    // A run that is started under the same id has spent nothing.
    await bus.budgets.update(runScope(runId), (table) => (table.terms === undefined ? table : emptyBudgetTable(table.scope)));
    return true;
  } finally {
    await lease.release();
  }
}

export function goesOn(runId: string): RequestRefusedError {
  const advice = `end it with \`scale cancel ${runId}\` first, and give it a moment`;
  return new RequestRefusedError('conflict', `run ${runId} is being worked on: ${advice}`);
}
