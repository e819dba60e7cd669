import { defined } from '../../domain/defined.ts';
import type { ListWorkersResponse } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { EndpointUse, WorkerReport } from '../../shared/contracts/generated/scale/v1/job.ts';
import type { WorkersAnswer } from '../api/workers-answer.ts';

type WorkerShown = WorkersAnswer['workers'][number];

export function workersAnswer({ workers, settled }: ListWorkersResponse): WorkersAnswer {
  return { settled, workers: workers.map(workerShown).sort((one, other) => (one.name < other.name ? -1 : 1)) };
}

function workerShown({ worker, kinds, slots, runs, endpoints, condition }: WorkerReport): WorkerShown {
  const trouble = condition?.trouble || condition?.noSandbox || undefined;
  return {
    ...{ name: worker, kinds, slots },
    runs: runs.map(({ runId, jobsInFlight, jobsHeldUp, trouble: held }) => ({
      ...{ runId, inFlight: jobsInFlight, heldUp: jobsHeldUp, trouble: held },
    })),
    endpoints: endpoints.map((use) => ({
      ...{ url: use.name ?? use.baseUrl, state: use.state, inFlight: use.callsInFlight, detail: detailOf(use) },
    })),
    ...defined({ role: condition?.role, version: condition?.version, trouble, isolation: condition?.isolation }),
  };
}

function detailOf({ lastError, calls, failed, limit, silentMs, callsInFlight }: EndpointUse): string {
  const silent = callsInFlight > 0 && silentMs > 10_000 ? `no reply for ${Math.round(silentMs / 1_000)} s` : '';
  const counts = calls === undefined ? '' : `${calls} calls begun${failed === undefined ? '' : `, ${failed} attempts failed`}`;
  const most = limit === undefined ? '' : `at most ${limit} at once`;
  return [lastError, silent, counts, most].filter((part) => part !== '').join('; ');
}
