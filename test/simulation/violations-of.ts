import type { RunEvent } from '../../services/domain/run/event.ts';
import type { CallAttempt } from '../../services/domain/run/ledger/call-attempt.ts';
import { createSpentTally, spentBeside } from '../../services/domain/run/ledger/spent.ts';
import { totalUse } from '../../services/domain/run/ledger/totals.ts';
import type { RunState } from '../../services/domain/run/state.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { callAttemptFromProto } from '../../services/shared/contracts/spending-codec.ts';
import { foldLog } from '../support/fold-log.ts';
import type { Served } from './made-up-work.ts';
import type { SimulatedRun } from './simulated-search.ts';

const never = new AbortController().signal;

/** The log's entries, in hex. */
export async function readLog({ bus, runId }: Pick<SimulatedRun, 'bus' | 'runId'>): Promise<string[]> {
  const entries: string[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) {
    entries.push(Buffer.from(entry).toString('hex'));
  }
  return entries;
}

/**
 * What is not as it must be, whatever went wrong on the way, as sentences. @param expected the log of the same search undisturbed
 */
export async function violationsOf(run: SimulatedRun, expected: readonly string[]): Promise<string[]> {
  const log = await readLog(run);
  const events = log.map((entry) => decodeEvent(Buffer.from(entry, 'hex')).event);
  const { state, jobs, refusal } = foldLog(events);
  return [
    ...endOf(events, run),
    ...(refusal === undefined ? [] : [refusal]),
    ...differences(log, expected, events),
    ...miscounted(jobs, run.evidence.published),
    // The accounts are in the store: what it has lost, nobody can count.
    ...(run.evidence.wipes === 0 ? await misspent(run, state) : []),
    ...run.evidence.askedAnswered.map((jobId) => `a call was made for ${jobId} although the store had its result`),
    ...run.evidence.ackedUnanswered.map((jobId) => `${jobId} was acknowledged before the store had a result of it`),
    ...run.evidence.deliveredAgain.map((jobId) => `${jobId} was delivered again, and nothing had gone wrong`),
    ...run.evidence.forgottenCalls.map(
      (call) => `the call ${call} was recorded, and is not known to the next delivery of its job`,
    ),
    ...(run.standstill === undefined ? run.leftBehind : []),
  ];
}

function endOf(events: readonly RunEvent[], { standstill }: SimulatedRun): string[] {
  if (standstill !== undefined) return [`the run does not end: ${standstill}`];
  const kind = events.at(-1)?.kind;
  return kind === 'run-completed' ? [] : [`the log ends with ${kind}`];
}

/**
 * What calls that were lost have used counts towards a token budget, so a search with one may decide otherwise from there on. It
 * says so in its log then, and up to there the log is that of the undisturbed search.
 */
function differences(log: readonly string[], expected: readonly string[], events: readonly RunEvent[]): string[] {
  const noted = events.findIndex(({ kind }) => kind === 'spending-noted');
  const end = noted < 0 ? Math.max(log.length, expected.length) : noted;
  const place = Array.from({ length: end }).findIndex((_, index) => log[index] !== expected[index]);
  return place < 0 ? [] : [`entry ${place} of the log, ${events[place]?.kind}, is not that of the undisturbed search`];
}

function miscounted(logged: readonly string[], published: ReadonlySet<string>): string[] {
  const twice = logged.filter((jobId, index) => logged.indexOf(jobId) !== index);
  const unasked = logged.filter((jobId) => !published.has(jobId));
  return [
    ...twice.map((jobId) => `${jobId} has more than one outcome in the log`),
    ...unasked.map((jobId) => `${jobId} has an outcome in the log and was never queued`),
  ];
}

/**
 * Whatever died: what was charged was answered once, and each token that the model's server counted is on one of the accounts.
 */
async function misspent({ bus, runId, evidence: { served } }: SimulatedRun, state: RunState | undefined): Promise<string[]> {
  const tally = createSpentTally();
  const ends = new Map<string, CallAttempt>();
  for await (const { note } of bus.spending.read(runId, { after: 0, follow: false }, never)) {
    for (const attempt of note.attempts.map(callAttemptFromProto)) {
      tally.add(attempt);
      if (attempt.state !== 'begun' || !ends.has(attempt.attemptId)) ends.set(attempt.attemptId, attempt);
    }
  }
  const spent = tally.spent(true);
  const charged = totalUse(state?.ledger ?? []).tokens;
  const { unlogged } = spentBeside(charged, spent);
  const tokensOf = (calls: readonly Served[]): number => calls.reduce((sum, { tokens }) => sum + tokens, 0);
  const lost = served.filter(({ attemptId }) => ends.get(attemptId)?.state === 'begun');
  const accounted = charged + spent.answeredAgain.tokens + tokensOf(lost);
  return [
    ...(unlogged === 0 ? [] : [`${unlogged} tokens were answered and are neither charged nor counted as answered again`]),
    ...(accounted === tokensOf(served) ? [] : [`${accounted} tokens are on the accounts, and ${tokensOf(served)} were served`]),
  ];
}
