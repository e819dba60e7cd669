import { defined } from '../../domain/defined.ts';
import { templateFault } from '../../shared/config/template-settings.ts';
import { benchmarkFromProto, encodeBenchmark } from '../../shared/contracts/benchmark-codec.ts';
import { configurationFromProto } from '../../shared/contracts/configuration-codec.ts';
import {
  type RunManifest,
  RunStatus,
  type StartRunRequest,
  type StartRunResponse,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { isSettled } from '../../shared/contracts/is-settled.ts';
import { addPrices } from '../../shared/contracts/prices-codec.ts';
import { runIdOf } from '../../shared/contracts/run-id.ts';
import { changedLabels, labelFault, tooManyLabels } from '../../shared/contracts/run-labels.ts';
import { needsOf } from '../../shared/contracts/run-needs.ts';
import { within } from '../../shared/lifecycle/abort.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { noPause } from '../../shared/messaging/pause-run.ts';
import { withAsked } from '../../shared/sharing/share-rules.ts';
import type { Coordinator } from '../coordinator.ts';
import { refuseBadLimits, withLimits, withScopes } from '../limits/with-limits.ts';
import { readRunView } from '../log/run-log.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { countMissingResults } from '../results/executions-of-round.ts';
import { summariseMemory } from '../rounds/run-memory.ts';
import { refuseBadShare } from './refuse-bad-share.ts';
import { untilUnderWay } from './until-under-way.ts';

/** @param caller by the name of its token; "" for one that nobody vouches for */
export type StartRun = (request: StartRunRequest, caller?: string) => Promise<StartRunResponse>;

const readWithinMs = 20_000;

/** A run that is there already goes on, with what this request says of it beside its configuration. */
export function createStartRun(bus: Bus, coordinator: Coordinator, timing: Timing): StartRun {
  const counting = new Map<string, Promise<number>>();
  /**
   * For a run that continues: missing results change nothing about it, but someone must know. Whoever asks again meanwhile gets
   * the same count.
   */
  const missingResultsOf = (runId: string): Promise<number> => {
    const known = counting.get(runId) ?? countMissing(runId).finally(() => counting.delete(runId));
    counting.set(runId, known);
    return known;
  };
  const countMissing = async (runId: string): Promise<number> => {
    // It takes a second where a run is long, which workers would wait for.
    await untilUnderWay(coordinator, runId, timing);
    using limit = within(timing, readWithinMs);
    const view = coordinator.view(runId) ?? (await readRunView(bus, runId, limit.signal));
    return view === undefined ? 0 : await countMissingResults(bus, runId, view.state);
  };

  return async ({ writtenHash, defaultsVersion, preflight, share, team, prices, ...given }, caller = '') => {
    const { configuration, benchmark, endpoints, maxInFlight, simulated, cache, failureShare, sweepId, limits, ofRun } = given;
    const asLabels = { add: given.labels?.words ?? [], remove: [] };
    refuseBadLabels(asLabels.add);
    if (!configuration || !benchmark) throw new RequestRefusedError('bad-input', 'configuration and benchmark must be given');
    refuseBadShare(share ?? {});
    const queries = benchmarkFromProto(benchmark);
    const content = encodeBenchmark(queries);
    const contentHash = await bus.blobs.put(content);
    const settings = configurationFromProto(configuration);
    if (settings.benchmark.contentHash !== contentHash) {
      throw new RequestRefusedError(
        'bad-input',
        `configuration.benchmark.content_hash is ${settings.benchmark.contentHash}, but that of the benchmark's content is ${contentHash}`,
      );
    }
    for (const [role, { chatTemplateKwargs }] of Object.entries({
      executor: settings.executor,
      optimizer: settings.optimizer,
    })) {
      const fault = templateFault(chatTemplateKwargs);
      if (fault !== undefined) throw new RequestRefusedError('bad-input', `configuration.${role}: ${fault}`);
    }
    const runId = runIdOf(settings);
    const places = { endpoints, maxInFlight, simulated, cache };
    const asked = { schemaVersion: 1, runId, configuration, ...places, ...defined({ failureShare, sweepId, ofRun }) };
    if (limits !== undefined) {
      const known = await bus.runs.get(runId);
      refuseBadLimits(limits, { endpoints, prices: addPrices(known?.prices, prices) });
    }
    const kept = (manifest: RunManifest): RunManifest => {
      const changed = { prices: addPrices(manifest.prices, prices), labels: changedLabels(manifest.labels, asLabels) };
      return withLimits({ ...manifest, ...asked, ...changed }, limits, { table: coordinator.budget, nowMs: timing.wallMs() });
    };
    const scopes = await coordinator.scopesOf({ sweepId, team: team ?? (await bus.runs.get(runId))?.team });
    const fresh = async (): Promise<RunManifest> => ({
      ...asked,
      ...{ writtenHash, defaultsVersion, ...(caller !== '' && { startedBy: caller }) },
      share: withAsked(undefined, share ?? {}),
      ...defined({ team, prices, limits: scopes.length > 0 ? withScopes(limits, scopes) : limits }),
      ...defined({ labels: changedLabels(undefined, asLabels) }),
      needs: { names: needsOf(queries) },
      status: RunStatus.RUNNING,
      createdAtMs: await bus.now(),
      cancelReason: '',
      ...noPause,
    });
    const begun = async (): Promise<{ readonly manifest: RunManifest; readonly continued: boolean }> => {
      for (;;) {
        const stored = await bus.runs.update(runId, kept);
        if (stored !== undefined) return { manifest: stored, continued: true };
        // A store that was recreated has lost the run; the coordinator that leads it has not.
        const remembered = coordinator.remembered(runId);
        const manifest = remembered === undefined ? await fresh() : kept(remembered);
        const isAdded = await bus.runs.add(manifest);
        // A store that was made anew between the two has lost the benchmark, and nobody but this request has it.
        await bus.blobs.put(content);
        // Where somebody else has asked for the same run meanwhile, it is what both have asked for.
        if (isAdded) return { manifest, continued: remembered !== undefined };
      }
    };
    const { manifest, continued } = await begun();
    if (preflight) await bus.spending.note({ ...preflight, runId });
    if (!isSettled(manifest)) coordinator.drive(manifest);
    // A run that already exists has begun with its memory, or without.
    const memory = continued
      ? undefined
      : await summariseMemory(bus, queries, { runId, model: settings.executor.model, simulated });
    const missingResults = continued && !hasEnded(manifest.status) ? await missingResultsOf(runId) : 0;
    const missing = missingResults === 0 ? {} : { missingResults };
    return { runId, continued, status: manifest.status, memory, ...missing };
  };
}

/** @throws RequestRefusedError */
function refuseBadLabels(words: readonly string[]): void {
  const fault = labelFault(words) ?? tooManyLabels({ words: [...words] });
  if (fault !== undefined) throw new RequestRefusedError('bad-input', fault);
}
