import { isDeepStrictEqual } from 'node:util';
import { decodeSnapshot } from '../../../services/coordinator/log/snapshot-codec.ts';
import { applyEvent } from '../../../services/domain/run/apply/apply-event.ts';
import type { RunEvent } from '../../../services/domain/run/event.ts';
import { completionJobId, executionJobId } from '../../../services/domain/run/job-id.ts';
import { type CallAttempt, deliveryOf } from '../../../services/domain/run/ledger/call-attempt.ts';
import { createSpentTally, spentBeside } from '../../../services/domain/run/ledger/spent.ts';
import { totalUse } from '../../../services/domain/run/ledger/totals.ts';
import type { RunState } from '../../../services/domain/run/state.ts';
import { planNextStep } from '../../../services/domain/search/plan-next-step.ts';
import { decodeEvent } from '../../../services/shared/contracts/event-codec.ts';
import { type RunManifest, RunStatus } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { lastToken, subjects } from '../../../services/shared/messaging/subjects-and-streams.ts';
import type { ServedCall } from '../../../services/simulator/access-log.ts';
import { foldLog } from '../fold-log.ts';

/** All that a cluster has kept of a run that has ended, and what the model's server says of it. */
export interface RunEvidence {
  readonly runId: string;
  readonly manifest: RunManifest | undefined;
  readonly entries: readonly Uint8Array[];
  /** Of the log of the same search undisturbed, if there is one. */
  readonly expectedEntries?: readonly Uint8Array[];
  /** The messages of the result store, with when the server stored them, in milliseconds since 1970. */
  readonly results: readonly StoredRecord[];
  /** Those of the journal. */
  readonly journaled: readonly (StoredRecord & { readonly callKey: string })[];
  readonly attempts: readonly CallAttempt[];
  /** What the log came to when the coordinator stored it last; it does not where a log is short. */
  readonly snapshot: Uint8Array | undefined;
  /** Ids of the jobs that are still in the queue. */
  readonly queued: readonly string[];
  /** Messages that nobody could read, of this run. */
  readonly dead: readonly string[];
  /** The calls that the server has answered, or begun to, of this run. */
  readonly served: readonly ServedCall[];
  /** What the run may spend; undefined for no limit. */
  readonly limits: { readonly tokens?: number; readonly calls?: number } | undefined;
  /** Most calls that were in flight at one time. */
  readonly mostInFlight: number;
}

export interface StoredRecord {
  readonly jobId: string;
  readonly atMs: number;
}

/** What is not as it must be, whatever went wrong on the way, as sentences. */
export function violationsIn(run: RunEvidence): string[] {
  const events = run.entries.map((entry) => decodeEvent(entry).event);
  const { state, jobs, refusal } = foldLog(events);
  return [
    ...(refusal === undefined ? [] : [`the log does not replay: ${refusal}`]),
    ...endOf(events, run.manifest),
    ...differences(run),
    ...resultViolations(run, jobs, refusal === undefined ? issuedBy(events) : new Set()),
    ...liveViolations(run, state, events),
    ...billingViolations(run, state),
    ...budgetViolations(run),
    ...run.queued.map((jobId) => `job ${jobId} is still in the queue`),
    ...run.dead.map((subject) => `a message that nobody could read came on ${subject}`),
  ];
}

function endOf(events: readonly RunEvent[], manifest: RunManifest | undefined): string[] {
  const kind = events.at(-1)?.kind;
  return [
    ...(kind === 'run-completed' ? [] : [`the log ends with ${kind ?? 'nothing'}`]),
    ...(manifest?.status === RunStatus.COMPLETED ? [] : [`the run has the status ${manifest?.status ?? 'unknown'}`]),
  ];
}

/** Beside the id in each entry, the first one holds the run's name: by these two runs of one search differ. */
function differences({ entries, expectedEntries }: RunEvidence): string[] {
  if (expectedEntries === undefined) return [];
  const eventsOf = (each: readonly Uint8Array[]) => each.slice(1).map((entry) => JSON.stringify(decodeEvent(entry).event));
  const [log, expected] = [eventsOf(entries), eventsOf(expectedEntries)];
  const length = Math.max(log.length, expected.length);
  const place = Array.from({ length }).findIndex((_, index) => log[index] !== expected[index]);
  return place < 0 ? [] : [`entry ${place + 1} of the log is not that of the undisturbed search`];
}

/** The ids of all jobs that the plan asks for along the log. */
function issuedBy(events: readonly RunEvent[]): Set<string> {
  const issued = new Set<string>();
  let state: RunState | undefined;
  for (const event of events) {
    state = applyEvent(state, event);
    for (const command of planNextStep(state)) {
      if (command.kind === 'execute') {
        for (const { workflowHash = command.workflowHash, queryIndex, repeat } of command.executions)
          issued.add(executionJobId(workflowHash, queryIndex, repeat));
      } else if (command.kind === 'propose' || command.kind === 'predict') issued.add(completionJobId(command));
    }
  }
  return issued;
}

function resultViolations({ results }: RunEvidence, logged: readonly string[], issued: ReadonlySet<string>): string[] {
  const counts = new Map<string, number>();
  for (const { jobId } of results) counts.set(jobId, (counts.get(jobId) ?? 0) + 1);
  const twice = logged.filter((jobId, index) => logged.indexOf(jobId) !== index);
  return [
    ...logged.filter((jobId) => !counts.has(jobId)).map((jobId) => `${jobId} is in the log and has no result`),
    ...[...counts].filter(([, count]) => count > 1).map(([jobId, count]) => `${jobId} has ${count} results`),
    ...twice.map((jobId) => `${jobId} has more than one outcome in the log`),
    ...[...counts.keys()]
      .filter((jobId) => !issued.has(jobId))
      .map((jobId) => `there is a result of ${jobId}, which nobody asked for`),
  ];
}

/** What the coordinator thought, as it stored it last and as it told it at the end, against the log. */
function liveViolations(run: RunEvidence, folded: RunState | undefined, events: readonly RunEvent[]): string[] {
  const { manifest, snapshot } = run;
  const { summary } = manifest ?? {};
  const violations: string[] = [];
  if (summary === undefined) violations.push('the manifest does not say how the run ended');
  else {
    const tokens = totalUse(folded?.ledger ?? []).tokens;
    if (summary.tokens !== tokens) violations.push(`${summary.tokens} tokens in the summary, and ${tokens} in the log`);
    const rounds = folded?.rounds.filter(({ completed }) => completed).length ?? 0;
    if (summary.roundsCompleted !== rounds)
      violations.push(`${summary.roundsCompleted} rounds in the summary, and ${rounds} in the log`);
    const score = folded?.rounds[(folded.bestRound ?? 0) - 1]?.evaluation?.score;
    if (summary.bestScore !== score)
      violations.push(`the best score is ${summary.bestScore} in the summary, and ${score} in the log`);
  }
  // A short log has none.
  if (snapshot === undefined) return violations;
  const live = decodeSnapshot(snapshot);
  const there = foldLog(events.slice(0, live?.place.entries ?? 0)).state;
  if (!isDeepStrictEqual(plain(live?.state), plain(there))) violations.push('the log does not replay to the live state');
  return violations;
}

/** Without the classes of its lists, and without what is undefined. */
function plain(state: RunState | undefined): unknown {
  return state === undefined ? undefined : JSON.parse(JSON.stringify(state));
}

/**
 * Two deliveries of a job may overlap, and each may then make the call that neither had finished when it began. Whoever begins
 * this much later than the answer was stored has not looked: that is longer than a call waits for its place.
 */
const overlapMs = 3_000;

/** Each token that the server counted is on one account, and what was on record was not asked for again. */
function billingViolations({ attempts, served, results, journaled }: RunEvidence, state: RunState | undefined): string[] {
  const tally = createSpentTally();
  const ends = new Map<string, CallAttempt>();
  for (const attempt of attempts) {
    tally.add(attempt);
    if (attempt.state !== 'begun' || !ends.has(attempt.attemptId)) ends.set(attempt.attemptId, attempt);
  }
  const spent = tally.spent(true);
  const charged = totalUse(state?.ledger ?? []).tokens;
  const { unlogged } = spentBeside(charged, spent);
  /** Of these the account has an estimate: their end was not seen, or only a part of the reply came. The server knows. */
  const isLost = ({ attemptId }: ServedCall) => isEstimated(ends.get(attemptId));
  const estimates = [...ends.values()].filter((attempt) => attempt.state === 'useless' && isEstimated(attempt));
  const estimated = estimates.reduce((sum, { usage }) => sum + usage.promptTokens + usage.completionTokens, 0);
  const accounted =
    charged +
    spent.answeredAgain.tokens +
    spent.useless.tokens -
    estimated +
    spent.preflight.tokens +
    tokensOf(served.filter(isLost));
  const resultAtMs = new Map(results.map(({ jobId, atMs }) => [jobId, atMs]));
  const callAtMs = new Map(journaled.map(({ jobId, callKey, atMs }) => [`${jobId} ${callKey}`, atMs]));
  const firstOfDelivery = new Map<string, number>();
  for (const { attemptId, beganMs } of served) {
    const delivery = deliveryOf(attemptId);
    firstOfDelivery.set(delivery, Math.min(beganMs, firstOfDelivery.get(delivery) ?? beganMs));
  }
  const again = served.filter(({ jobId, callId, attemptId }) => {
    const storedMs = Math.min(
      resultAtMs.get(jobId) ?? Number.POSITIVE_INFINITY,
      callAtMs.get(`${jobId} ${callKeyOf(callId)}`) ?? Number.POSITIVE_INFINITY,
    );
    return (firstOfDelivery.get(deliveryOf(attemptId)) ?? 0) > storedMs + overlapMs;
  });
  return [
    ...(unlogged === 0 ? [] : [`${unlogged} tokens were answered and are neither charged nor counted as answered again`]),
    ...(accounted === tokensOf(served)
      ? []
      : [`${accounted} tokens are on the accounts, and the server has counted ${tokensOf(served)}${strays(served, ends)}`]),
    ...served
      .filter(({ attemptId }) => ['refused', 'cached'].includes(ends.get(attemptId)?.state ?? ''))
      .map(({ jobId, callId }) => `call ${callId} of ${jobId} was answered, and its account says that it was never made`),
    ...again.map(({ jobId, callId }) => `call ${callId} of ${jobId} was made again although its answer was on record`),
  ];
}

function isEstimated(attempt: CallAttempt | undefined): boolean {
  if (attempt?.state === 'useless') return attempt.usageEstimated;
  return attempt?.state === 'begun' || attempt?.state === 'broken-off';
}

/** The calls whose tokens are on no account as the server has counted them, for whoever looks for the reason. */
function strays(served: readonly ServedCall[], ends: ReadonlyMap<string, CallAttempt>): string {
  const times = new Map<string, number>();
  for (const { attemptId } of served) times.set(attemptId, (times.get(attemptId) ?? 0) + 1);
  const odd = served.filter((call) => {
    const { state, usage } = ends.get(call.attemptId) ?? {};
    const isSame = usage !== undefined && usage.promptTokens + usage.completionTokens === tokensOf([call]);
    return (times.get(call.attemptId) ?? 0) > 1 || state === undefined || (!isEstimated(ends.get(call.attemptId)) && !isSame);
  });
  const told = odd.slice(0, 5).map((call) => JSON.stringify({ ...call, account: ends.get(call.attemptId) }));
  return told.length === 0 ? '' : `, such as ${told.join(', ')}`;
}

/** A limit is exceeded by nothing but the calls in flight. */
function budgetViolations({ limits, served, mostInFlight }: RunEvidence): string[] {
  const over = (what: string, spent: number, limit: number | undefined, inFlight: number): string[] =>
    limit === undefined || spent <= limit + inFlight
      ? []
      : [`${spent} ${what} were spent of ${limit}, which is more than the ${mostInFlight} calls in flight explain`];
  const largest = Math.max(0, ...served.map((call) => tokensOf([call])));
  return [
    ...over('tokens', tokensOf(served), limits?.tokens, mostInFlight * largest),
    ...over('calls', served.length, limits?.calls, mostInFlight),
  ];
}

/** What stands for a call in the subjects of the journal. */
function callKeyOf(callId: string): string {
  return lastToken(subjects.call('run', 'job', callId));
}

function tokensOf(calls: readonly ServedCall[]): number {
  return calls.reduce((sum, { promptTokens, generationTokens }) => sum + promptTokens + generationTokens, 0);
}

/** One look at a process. */
export interface ProcessLook {
  readonly atMs: number;
  /** E.g. "executor-1". */
  readonly name: string;
  readonly residentMb: number;
  readonly descriptors: number;
  /** Executions of runs that have not ended. */
  readonly liveExecutions: number;
}

const mbOfExecution = 0.8 / 1_024;
/** Connections come and go. */
const spareDescriptors = 10;

export interface Growth {
  readonly name: string;
  /** Medians of the second and of the last quarter. */
  readonly residentMb: readonly [number, number];
  readonly descriptors: readonly [number, number];
  readonly violations: readonly string[];
}

/** Whether processes that lived all the time have grown: the last quarter of the time against the second. */
export function growthOf(looks: readonly ProcessLook[]): Growth[] {
  const times = looks.map(({ atMs }) => atMs);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const quarter = (name: string, which: number) =>
    looks.filter((look) => look.name === name && Math.min(3, Math.floor((4 * (look.atMs - from)) / (to - from))) === which);
  return [...new Set(looks.map(({ name }) => name))].map((name) => {
    const [second, last] = [quarter(name, 1), quarter(name, 3)];
    const of = (figure: (look: ProcessLook) => number) => [median(second.map(figure)), median(last.map(figure))] as const;
    const residentMb = of((look) => look.residentMb);
    const descriptors = of((look) => look.descriptors);
    const executions = of((look) => look.liveExecutions);
    const mostMb = residentMb[0] * 1.1 + mbOfExecution * Math.max(0, executions[1] - executions[0]);
    const violations = [
      ...(residentMb[1] <= mostMb ? [] : [`${name} held ${mb(residentMb[0])}, and ${mb(residentMb[1])} in the end`]),
      ...(descriptors[1] <= descriptors[0] * 1.1 + spareDescriptors
        ? []
        : [`${name} had ${descriptors[0]} descriptors open, and ${descriptors[1]} in the end`]),
    ];
    return { name, residentMb, descriptors, violations };
  });
}

function mb(figure: number): string {
  return `${Math.round(figure)} MB of memory`;
}

function median(figures: readonly number[]): number {
  return figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? Number.NaN;
}
