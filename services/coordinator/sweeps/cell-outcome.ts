import { defined } from '../../domain/defined.ts';
import type { Money } from '../../domain/prices/money-of.ts';
import { describeLimit } from '../../domain/run/describe-limit.ts';
import { lackOfResult } from '../../domain/run/lack-of-result.ts';
import { spentBeside } from '../../domain/run/ledger/spent.ts';
import type { CellOutcome } from '../../domain/sweep/sweep-event.ts';
import { type RunManifest, RunStatus, type RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { moneyFromProto } from '../../shared/contracts/prices-codec.ts';
import { spentFromProto } from '../../shared/contracts/spending-codec.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { type RunView, readRunView } from '../log/run-log.ts';
import { runSummary } from '../runs/run-summary.ts';

interface Parts {
  readonly bus: Bus;
  readonly timing: Timing;
}

/** How a run that has ended counts for its cell. */
export async function cellOutcome({ bus, timing }: Parts, manifest: RunManifest, signal: AbortSignal): Promise<CellOutcome> {
  const view = await readRunView(bus, manifest.runId, signal);
  const spent = manifest.spent && spentFromProto(manifest.spent);
  const summary = manifest.summary ?? runSummary(manifest, view, spent, timing.wallMs());
  const { bestScore: score, tokens } = summary;
  const spentTokens = spentTokensOf(summary);
  const why = lackOf(manifest, view);
  const status = why === undefined ? 'completed' : wasEnded(manifest, view) ? 'cancelled' : 'failed';
  return {
    status,
    why: why ?? '',
    tokens,
    ...defined({ score, spentTokens, money: paidIn(summary) }),
    ...(summary.simulated && { simulated: true }),
  };
}

/** By a person, or by a limit: there is nothing to mend. */
function wasEnded({ status }: RunManifest, view: RunView | undefined): boolean {
  return status === RunStatus.CANCELLED || (status === RunStatus.COMPLETED && view?.state.limit !== undefined);
}

/** What was paid for where that is known, otherwise what was charged. */
export function paidIn({ money, spentMoney }: RunSummary): Money | undefined {
  const paid = spentMoney ?? money;
  return paid && moneyFromProto(paid);
}

/** With what was lost; undefined where nothing was noted. */
export function spentTokensOf({ tokens, spent }: RunSummary): number | undefined {
  return spent && spentBeside(tokens, spentFromProto(spent)).tokens;
}

/** Whether a run that has ended has a result that another cell may take for its own. */
export async function hasResult({ bus }: Pick<Parts, 'bus'>, manifest: RunManifest, signal: AbortSignal): Promise<boolean> {
  if (manifest.status !== RunStatus.COMPLETED) return false;
  return lackOf(manifest, await readRunView(bus, manifest.runId, signal)) === undefined;
}

/** A limit of the sweep has ended it: with a higher one it goes on. */
export function wasEndedBySweep({ status, summary }: RunManifest): boolean {
  return status === RunStatus.COMPLETED && summary?.progress?.limit?.scope === 'sweep';
}

/** Why a run that has ended gives nothing, a clause; undefined for one that does. */
function lackOf({ status, cancelReason, summary }: RunManifest, view: RunView | undefined): string | undefined {
  if (status === RunStatus.CANCELLED) return cancelReason === '' ? 'it was cancelled' : `it was cancelled: ${cancelReason}`;
  if (view === undefined) return summary?.bestScore === undefined ? 'it ended before its first event' : undefined;
  const { state } = view;
  return lackOfResult(state) ?? (summary?.bestScore === undefined ? endedWithoutWinner(view) : undefined);
}

function endedWithoutWinner({ state }: RunView): string | undefined {
  if (state.bestRound !== undefined) return undefined;
  if (state.limit === undefined) return 'it ended without a winner';
  return `${describeLimit(state.limit.reached)} was reached before a workflow had a score`;
}
