import { findPrice } from '../../domain/prices/find-price.ts';
import { noLimits } from '../../shared/config/run-limits.ts';
import type { PriceTable, RunLimits, RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { limitFromProto } from '../../shared/contracts/limit-codec.ts';
import { pricesFromProto } from '../../shared/contracts/prices-codec.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { allowMore, type LimitFacts } from './limit-event.ts';

/**
 * The run under these limits. One that a limit has ended goes on if they allow more.
 * @param limits undefined: it keeps its own
 */
export function withLimits(
  manifest: RunManifest,
  limits: RunLimits | undefined,
  facts: Pick<LimitFacts, 'table' | 'nowMs'>,
): RunManifest {
  const isStopped = (manifest.limits?.stopReason ?? '') !== '';
  // The same command again goes on where a stop file has ended it.
  const asked = limits ?? (isStopped && manifest.limits ? { ...manifest.limits, stopReason: '' } : undefined);
  const { scopes = [], heldBy = '' } = manifest.limits ?? {};
  const limited =
    asked === undefined
      ? manifest
      : { ...manifest, limits: { ...asked, scopes: [...new Set([...scopes, ...asked.scopes])], heldBy } };
  const reached = manifest.summary?.progress?.limit;
  if (manifest.status !== RunStatus.COMPLETED || reached === undefined) return limited;
  if (!allowMore(limitFromProto(reached), { ...facts, manifest: limited })) return limited;
  return { ...limited, status: RunStatus.RUNNING, summary: undefined, spent: undefined };
}

/** The limits of a run whose calls count in these scopes too. @param limits undefined: none of its own */
export function withScopes(limits: RunLimits | undefined, scopes: readonly string[]): RunLimits {
  const { scopes: named, ...rest } = limits ?? noLimits;
  return { ...rest, scopes: [...new Set([...named, ...scopes])] };
}

/** @throws RequestRefusedError if the limits are none, or are of money and nobody says what a model costs */
export function refuseBadLimits(limits: RunLimits | undefined, { endpoints, prices }: PricedEndpoints): void {
  if (limits === undefined) return;
  const { tokens, calls, money, durationMs, untilMs, shares } = limits;
  for (const [field, value] of Object.entries({ tokens, calls, money, durationMs, untilMs })) {
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) throw refused(`limits.${field} must be 0 or more, but is ${value}`);
  }
  const { proposing = 1, searching = 1, finalPick = 0, test = 0 } = shares ?? {};
  for (const [field, value] of Object.entries({ proposing, searching, finalPick, test })) {
    if (!(value >= 0 && value <= 1)) throw refused(`limits.shares.${field} must be from 0 to 1, but is ${value}`);
  }
  if (finalPick + test >= 1) throw refused('limits.shares must leave something to the search, but finalPick and test do not');
  if (money > 0) refuseUnpriced('a limit of money', { endpoints, prices });
}

interface PricedEndpoints {
  readonly endpoints: readonly { readonly model: string }[];
  readonly prices?: PriceTable | undefined;
}

/** @param what needs the prices. @throws RequestRefusedError if nobody says what a model costs */
export function refuseUnpriced(what: string, { endpoints, prices }: PricedEndpoints): void {
  const table = prices && pricesFromProto(prices);
  const unpriced = endpoints.find(({ model }) => table === undefined || findPrice(table, model) === undefined);
  if (unpriced === undefined) return;
  throw refused(
    `${what} needs the price of every model, and ${unpriced.model} has none: name it in the table of prices (--prices FILE)`,
  );
}

function refused(message: string): RequestRefusedError {
  return new RequestRefusedError('bad-input', message);
}
