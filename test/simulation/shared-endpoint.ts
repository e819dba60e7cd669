import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import type { CallShare } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Timing } from '../../services/shared/lifecycle/timing.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import type { EndpointReply, EndpointRequest } from '../../services/shared/models/model-endpoint.ts';
import { createEndpointPool } from '../../services/shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../services/shared/models/settings/endpoint-settings.ts';
import { createCallCaps } from '../../services/shared/models/slots/call-caps.ts';
import { createSlotLeases } from '../../services/shared/models/slots/slot-leases.ts';
import { createFairLine } from '../../services/shared/sharing/fair-line.ts';
import { usualShare } from '../../services/shared/sharing/share-rules.ts';
import { usualStanding } from '../../services/shared/sharing/standing.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { executeJob, newRunId, runManifest } from '../support/bus-messages.ts';
import { configuration } from './made-up-work.ts';

export interface SharingRun {
  readonly share: Partial<CallShare>;
  readonly jobs: number;
  readonly callsOfJob: number;
  readonly callMs: number;
}

export interface SharedEndpoint {
  /** By run, in the order given. */
  readonly runIds: readonly string[];
  /** Begun at the server since the start, by run. */
  calls(): number[];
  inFlight(): number[];
  setShare(run: number, share: Partial<CallShare>): Promise<void>;
  start(run: SharingRun): Promise<number>;
  /** More jobs of a run. */
  add(run: number, jobs: number): Promise<void>;
  stop(): Promise<void>;
}

const baseUrl = 'http://gpu-1:8000/v1';
const never = new AbortController().signal;
const reply = { text: 'answer', usageEstimated: false } as EndpointReply;

/** Real workers, lanes, lines and leases, on a virtual clock, before one server that answers so many calls at once. */
export async function sharedEndpoint(
  timing: Timing,
  random: () => number,
  given: { readonly workers: number; readonly slots: number; readonly limit: number },
): Promise<SharedEndpoint> {
  const server = createInMemoryServer({ timing });
  const bus = server.connect();
  const logger = createLogger({ service: 'simulation', version: '0', level: 'silent' });
  const runs = new Map<string, SharingRun>();
  const calls = new Map<string, number>();
  const flying = new Map<string, number>();
  const add = (counts: Map<string, number>, runId: string, more: number): void =>
    void counts.set(runId, (counts.get(runId) ?? 0) + more);
  const workers = Array.from({ length: given.workers }, (_, index) => {
    const own = server.connect();
    const leases = createSlotLeases({ store: own.slots, name: `w${index}`, id: String(index), ttlMs: 30_000, timing, logger });
    const line = createFairLine((runId) => pool.partOf(runId));
    const pool = createEndpointPool({
      ...{ model: 'm', timing, random, line, caps: createCallCaps(leases, () => line.serve()), slotsAt: leases.leaseFor },
      endpoints: [
        {
          settings: endpointSettings({ model: 'm', baseUrl, apiKeyVariable: '', maxConcurrency: given.limit, timeoutMs: 0 }, {}),
          complete: async ({ runId = '' }) => {
            add(calls, runId, 1);
            add(flying, runId, 1);
            await timing.sleep((runs.get(runId)?.callMs ?? 0) * (0.5 + random()), never);
            add(flying, runId, -1);
            return reply;
          },
          models: async () => ({ names: ['m'], simulated: false, ownedBy: '' }),
          close: async () => {},
        },
      ],
    });
    const worker = startWorker(
      { name: `w${index}`, kinds: ['execute'], slots: given.slots, ackWaitMs: 30_000, drainMs: 0 },
      {
        bus: own,
        work: async ({ run: { runId, standing = () => usualStanding }, waits, signal }) => {
          const caller = { party: { runId, standing }, ...(waits && { waits }) };
          for (let call = runs.get(runId)?.callsOfJob ?? 0; call > 0; call -= 1)
            await pool.complete({ model: 'm', callId: `${call}`, runId } as EndpointRequest, '', signal, caller);
          return { outcome: { $case: 'completion', value: { text: '', finishReason: 'stop' } }, calls: [] };
        },
        timing,
        logger,
      },
    );
    return { worker, leases, pool };
  });
  const runIds: string[] = [];
  let published = 0;
  const publish = async (runId: string, jobs: number): Promise<void> => {
    for (let job = 0; job < jobs; job += 1) {
      await bus.jobs.publish(executeJob(runId, `job-${published}`));
      published += 1;
    }
  };
  return {
    runIds,
    calls: () => runIds.map((runId) => calls.get(runId) ?? 0),
    inFlight: () => runIds.map((runId) => flying.get(runId) ?? 0),
    async setShare(run, share) {
      const changed = (before: CallShare | undefined): CallShare => ({ ...usualShare, ...before, ...share });
      await bus.runs.update(runIds[run] ?? '', (manifest) => ({ ...manifest, share: changed(manifest.share) }));
    },
    async start(run) {
      const runId = newRunId();
      runs.set(runId, run);
      const index = runIds.push(runId) - 1;
      const settings = configurationToProto(configuration(1));
      await bus.jobs.openLane('execute', runId, { maxInFlight: 1_000 });
      await bus.runs.put({ ...runManifest(runId), configuration: settings, share: { ...usualShare, ...run.share } });
      await publish(runId, run.jobs);
      return index;
    },
    add: (run, jobs) => publish(runIds[run] ?? '', jobs),
    async stop() {
      for (const { worker, leases, pool } of workers) {
        await worker.drain();
        await pool.close();
        await leases.close();
      }
    },
  };
}
