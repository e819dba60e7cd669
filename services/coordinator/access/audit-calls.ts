import type { AuditEntry } from '../../shared/contracts/generated/scale/v1/control.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

/** What is known of a call when it has ended. */
export type AuditedCall = Omit<AuditEntry, 'timeMs' | 'coordinator' | 'target' | 'asked'> & {
  readonly request: Readonly<Record<string, unknown>>;
  /** With what its answer names: the id of a run that was started. */
  readonly answered: Readonly<Record<string, unknown>>;
};

/** Keeps a call in the audit log; resolves when it is stored, or when its caller has waited long enough for that. */
export type AuditCall = (call: AuditedCall) => Promise<void>;

/** A caller is answered then, whatever becomes of the entry. */
const longestWaitMs = 2_000;
/** Characters of what was asked. */
const longestAsked = 1_000;
/** Large, and told by the run's id. */
const leftOut = new Set(['configuration', 'benchmark', 'endpoints', 'preflight', 'prices', 'runId', 'sweepId', 'starts', 'body']);

/** @param coordinator its name */
export function createAuditCall(
  { audit }: Pick<Bus, 'audit'>,
  {
    timing,
    logger,
    coordinator,
  }: { readonly timing: Timing; readonly logger: Pick<Logger, 'error'>; readonly coordinator: string },
): AuditCall {
  return async ({ request, answered, ...call }) => {
    const entry = {
      ...call,
      timeMs: timing.wallMs(),
      target: targetOf({ ...request, ...answered }),
      asked: askedIn(request),
      coordinator,
    };
    const stored = audit
      .append(entry)
      .catch((error: unknown) => logger.error({ err: coerceError(error), ...entry }, 'the audit log lacks this call'));
    const waited = new AbortController();
    await Promise.race([stored, pause(timing, longestWaitMs, waited.signal)]);
    waited.abort();
  };
}

/** Ids come from callers, and become a part of a subject: any that cannot be one names nothing. */
function targetOf({ runId, sweepId }: Readonly<Record<string, unknown>>): string {
  const [target] = [runId, sweepId].filter((each) => typeof each === 'string' && /^[\w-]{1,128}$/.test(each));
  return typeof target === 'string' ? target : '';
}

function askedIn(request: Readonly<Record<string, unknown>>): string {
  const asked = Object.entries(request).filter(([name, value]) => !leftOut.has(name) && value !== undefined && value !== '');
  return asked.length === 0 ? '' : JSON.stringify(Object.fromEntries(asked)).slice(0, longestAsked);
}
