import type { RunConfiguration } from '../../domain/run/configuration.ts';
import { lackOfResult } from '../../domain/run/lack-of-result.ts';
import { isEvaluation, isSearch } from '../../domain/run/run-kind.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { writtenHash } from '../../shared/config/written-settings.ts';
import { configurationFromProto } from '../../shared/contracts/configuration-codec.ts';
import { type RunManifest, RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { runIdOf } from '../../shared/contracts/run-id.ts';
import { readRun } from '../../shared/runs/read-run.ts';
import { readRunBenchmark } from '../../shared/runs/read-run-benchmark.ts';
import { createRunRecord } from '../../shared/runs/run-record.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { describeDifferences, describeMoves, isOtherLength, listedDifferences } from './describe-differences.ts';
import { isSimulatedRun } from './run-request.ts';

export interface RunChoice {
  readonly file: RunFile;
  /** Start a new run, whatever runs there are. */
  readonly fresh: boolean;
  /** The id of the run to continue, whatever the file says now. */
  readonly continued?: string | undefined;
}

export interface ChosenRun {
  /** With the configuration and the benchmark that the run has, or will have. */
  readonly file: RunFile;
  /** What a person should know about it, a sentence each. */
  readonly notices: readonly string[];
  /** It already has its result. */
  readonly isOver: boolean;
}

/**
 * The run that a file means. A run that it started before is found by what the user wrote, so that newer defaults do not make it
 * a different run: it keeps its own. A run that ended without a result is executed again, under the next number.
 */
export async function chooseRun(cluster: ReachedCluster, choice: RunChoice, signal: AbortSignal): Promise<ChosenRun> {
  const { file, fresh, continued } = choice;
  if (continued !== undefined) return continueRun(cluster, file, continued, signal);
  const { manifests } = await cluster.client.findRuns(file.configuration.name, signal);
  const lacks: string[] = [];
  for (let number = 1; ; number += 1) {
    const named = number === 1 ? file : renamed(file, `${file.configuration.name}-${number}`);
    const found = runOf(named, manifests);
    if (found === undefined) {
      const earlier = lacks.length > 0 || fresh ? undefined : await noteEarlier(cluster, named, manifests, signal);
      const again = lacks.map((lack) => `${lack}: it is executed again, as a new run.`);
      return { file: named, notices: earlier === undefined ? again : [earlier], isOver: false };
    }
    if (fresh) continue;
    const lack = await whyNot(cluster, named, found, signal);
    if (lack !== undefined) {
      lacks.push(`Run ${found.runId} has no result that counts (${lack})`);
      continue;
    }
    const started = await asStarted(cluster, named, found, signal);
    const passedOver = lacks.map((other) => `${other}: run ${found.runId} was executed in its place.`);
    return { file: started, notices: [...passedOver, ...continuation(started, named, found)], isOver: hasEnded(found.status) };
  }
}

/** The same search as a run of its own: its name is part of a run's identity. */
function renamed(file: RunFile, name: string): RunFile {
  const withName = (configuration: RunConfiguration): RunConfiguration => ({ ...configuration, name });
  return {
    ...file,
    configuration: withName(file.configuration),
    earlierConfigurations: file.earlierConfigurations.map(withName),
  };
}

function runOf(file: RunFile, manifests: readonly RunManifest[]): RunManifest | undefined {
  const { configuration, written, earlierConfigurations } = file;
  const byId = (id: string) => manifests.find(({ runId }) => runId === id);
  const hash = writtenHash(configuration.name, written);
  return (
    byId(runIdOf(configuration)) ??
    manifests.find((manifest) => manifest.writtenHash === hash) ??
    earlierConfigurations.map((earlier) => byId(runIdOf(earlier))).find((manifest) => manifest !== undefined)
  );
}

/** Why a run that a file means should be neither continued nor shown; undefined if it should. */
async function whyNot(
  cluster: ReachedCluster,
  file: RunFile,
  { runId, status, simulated }: RunManifest,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (simulated !== isSimulatedRun(file))
    return simulated ? 'simulated models answered it' : 'real models answered it, and here simulated ones would';
  if (!hasEnded(status)) return undefined;
  const record = await readRun(cluster, createRunRecord(runId), signal);
  if (record.events.length === 0) return 'it ended before its first event';
  // Whoever drove it may have died before the log said that it was cancelled.
  const isCancelled = status === RunStatus.CANCELLED && !record.isOver();
  return lackOfResult(isCancelled ? { ...record.state(), status: 'cancelled' } : record.state());
}

/** The file as it would be if it said what the run was started with. */
async function asStarted(cluster: ReachedCluster, file: RunFile, manifest: RunManifest, signal: AbortSignal): Promise<RunFile> {
  if (manifest.configuration === undefined) return file;
  const configuration = configurationFromProto(manifest.configuration);
  const isSameContent = configuration.benchmark.contentHash === file.configuration.benchmark.contentHash;
  const benchmark = isSameContent ? file.benchmark : await readRunBenchmark(cluster, manifest.runId, signal);
  return { ...file, configuration, benchmark };
}

/** @param started the file as it would have said it then */
function continuation(started: RunFile, file: RunFile, { runId, status, endpoints }: RunManifest): string[] {
  const differences = describeDifferences(started, file);
  const again = isSearch(file.configuration) ? '--fresh runs the search once more' : '--fresh executes it once more';
  const moves = describeMoves(endpoints, file.endpoints);
  const kept = `It keeps the defaults of the version that started it (${listedDifferences(differences)})`;
  if (!hasEnded(status)) {
    return [
      `Continuing run ${runId}.`,
      ...(differences.length === 0 ? [] : [`${kept}; --fresh starts a run with the current ones.`]),
      ...(moves === undefined ? [] : [`From here on, another endpoint answers: ${moves}.`]),
    ];
  }
  return [
    `Run ${runId} has already ended: this is its report again, at no cost. ${again}.`,
    ...(differences.length === 0 ? [] : [`${kept}.`]),
    ...(moves === undefined ? [] : [`Nothing was asked at the address that the file has now: ${moves}. ${again} there.`]),
  ];
}

/** What differs from the newest run of this name, if that run is unfinished or the benchmark's content has changed. */
async function noteEarlier(
  cluster: ReachedCluster,
  file: RunFile,
  manifests: readonly RunManifest[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const earlier = manifests.find(({ configuration }) => configuration?.name === file.configuration.name);
  if (earlier?.configuration === undefined) return undefined;
  const before = await asStarted(cluster, file, earlier, signal);
  const differences = describeDifferences(before, file);
  if (differences.length === 0) return undefined;
  const why = `${listedDifferences(differences)}. So this starts a new run`;
  const { benchmark: then, search } = before.configuration;
  const { benchmark: now } = file.configuration;
  if (hasEnded(earlier.status)) {
    const isOtherContent = then.contentHash !== now.contentHash && then.name === now.name && then.split === now.split;
    return isOtherContent && !isOtherLength(before, file) ? `Run ${earlier.runId} has ended, and since then ${why}.` : undefined;
  }
  const { summary } = await cluster.client.getRun(earlier.runId, signal);
  const rounds = `${summary?.roundsCompleted ?? 0} of ${search.maxRounds} rounds`;
  const how = isEvaluation(before.configuration)
    ? 'with the earlier settings, the same command continues that run'
    : `\`scale run FILE --continue ${earlier.runId}\` continues that run`;
  return `Run ${earlier.runId} is unfinished (${rounds}), and since then ${why}; ${how}.`;
}

/** @throws CliError if there is no such run, or the file does not say where its models are */
async function continueRun(cluster: ReachedCluster, file: RunFile, runId: string, signal: AbortSignal): Promise<ChosenRun> {
  const { manifest } = await cluster.client.getRun(runId, signal);
  if (manifest?.configuration === undefined) throw new CliError('failed', `the cluster has no configuration for run ${runId}`);
  if (hasEnded(manifest.status)) throw new CliError('bad-input', `run ${runId} has ended: \`scale report ${runId}\` shows it`);
  const { executor, optimizer } = configurationFromProto(manifest.configuration);
  const missing = [executor, optimizer].find(({ model }) => file.endpoints.every((endpoint) => endpoint.model !== model));
  if (missing !== undefined) {
    const known = file.endpoints.map(({ model }) => model).join(', ');
    throw new CliError('bad-input', `run ${runId} asks the model ${missing.model}, but the run file has ${known}`);
  }
  if (manifest.simulated !== isSimulatedRun(file)) {
    const [before, now] = manifest.simulated ? ['simulated', 'real'] : ['real', 'simulated'];
    throw new CliError('bad-input', `run ${runId} was started with ${before} models, but the run file has ${now} ones`);
  }
  const started = await asStarted(cluster, file, manifest, signal);
  const differences = describeDifferences(started, file);
  const moves = describeMoves(manifest.endpoints, file.endpoints);
  // What came from outside this file is nothing that the run was started with.
  const { provenance: _, ...withoutProvenance } = started;
  return {
    file: differences.length === 0 ? started : withoutProvenance,
    notices: [
      `Continuing run ${runId} as it was started${differences.length === 0 ? '' : `, not as the file is now: ${listedDifferences(differences)}`}.`,
      ...(moves === undefined ? [] : [`From here on, another endpoint answers: ${moves}.`]),
    ],
    isOver: false,
  };
}
