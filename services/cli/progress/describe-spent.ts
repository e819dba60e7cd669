import { nounFor } from '../../domain/names/count-of.ts';
import type { CallsAtOnce } from '../../domain/report/calls-at-once.ts';
import { type BesideKind, type BesidePart, isTold, type SpentReport } from '../../domain/report/report-spent.ts';
import type { SpentPart } from '../../domain/run/ledger/spent.ts';
import { exact, formatNames } from '../../shared/document/format.ts';

/** What was paid for in addition to what was charged. */
export const besideWords: Record<BesideKind, string> = {
  useless: 'replies of no use',
  lost: 'calls lost in flight',
  'answered-again': 'calls answered again',
  preflight: 'calls to try endpoints',
  unlogged: 'answers that are not in the log',
  'not-logged-yet': 'answers that are not in the log yet',
};

/** What a server generated for a call that broke off was never counted, so its tokens are marked as an estimate. */
export function besideTokens({ kind, tokens }: BesidePart): string {
  return `${kind === 'lost' ? '~' : ''}${exact(tokens)}`;
}

/**
 * E.g. "641,200: what was charged, and 3 replies of no use 1,200, 2 calls lost in flight ~4,000"; "" where there is
 * nothing to say.
 */
export function describeSpent(spent: SpentReport | undefined): string {
  if (!isTold(spent)) return '';
  const parts = spent.beside.map((part) => `${callsOf(part)} ${besideTokens(part)}`);
  const charged = `what was charged${spent.cached === undefined ? '' : `, less ${describeCached(spent.cached)}`}`;
  return `${exact(spent.tokens)}: ${charged}${parts.length === 0 ? '' : `, and ${parts.join(', ')}`}`;
}

/** E.g. "14.1 calls of qwen-plus and 0.9 of qwen3-8b, on average"; "" where it is not known. */
export function describeCallsAtOnce(callsAtOnce: readonly CallsAtOnce[] = []): string {
  const models = callsAtOnce.map(({ model, calls }, index) => `${average(calls)}${index === 0 ? ' calls' : ''} of ${model}`);
  return models.length === 0 ? '' : `${formatNames(models)}, on average`;
}

function average(calls: number): string {
  return calls < 100 ? calls.toFixed(1) : exact(Math.round(calls));
}

function describeCached({ calls, tokens }: SpentPart): string {
  return `${exact(tokens)} that the response cache saved in ${exact(calls)} ${nounFor(calls, 'call')}`;
}

function callsOf({ kind, calls }: BesidePart): string {
  if (calls === undefined) return besideWords[kind];
  const words = calls === 1 ? besideWords[kind].replace(/^replies/, 'reply').replace(/^calls/, 'call') : besideWords[kind];
  return `${exact(calls)} ${words}`;
}

/** How far a token budget is used, e.g. "149,428 of 150,000 tokens"; "" where there is none. */
export function describeBudget(budget: number, charged: number, spent: SpentReport | undefined): string {
  return budget === 0 ? '' : `${exact(spent?.tokens ?? charged)} of ${exact(budget)} tokens`;
}
