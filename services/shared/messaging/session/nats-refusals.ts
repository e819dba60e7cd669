import { errors, type NatsConnection } from 'nats';
import type { Logger } from '../../telemetry/logger.ts';
import { explainViolation, type PermissionViolation } from './nats-errors.ts';

/**
 * What the server does not let this user do. It reports this separately and not in answer to requests, so a publish that waits
 * for no answer, a pull or a subscription would never learn of it.
 */
export interface Refusals {
  /** In sentences: what was refused recently and has not been allowed since. */
  current(): string[];
  onRefused(listener: (violation: PermissionViolation) => void): () => void;
  /** The server has just done what was asked on the subject. */
  allowed(subject: string): void;
}

/** Whatever matters is tried again far more often; what is not tried again says nothing about the present state. */
const holdsMs = 120_000;
const tellAgainMs = 60_000;

export function watchRefusals(connection: NatsConnection, logger: Logger): Refusals {
  const refused = new Map<string, { readonly violation: PermissionViolation; at: number; toldAt: number }>();
  const listeners = new Set<(violation: PermissionViolation) => void>();
  const accept = (violation: PermissionViolation) => {
    const now = performance.now();
    const { subject } = violation;
    const known = refused.get(subject) ?? { violation, at: now, toldAt: Number.NEGATIVE_INFINITY };
    refused.set(subject, known);
    known.at = now;
    for (const listener of [...listeners]) listener(violation);
    if (now - known.toldAt < tellAgainMs) return;
    known.toldAt = now;
    logger.error({ subject, operation: violation.operation }, `NATS: ${explainViolation(violation)}`);
  };
  const watch = async () => {
    for await (const status of connection.status()) {
      if (status.type === 'error' && status.error instanceof errors.PermissionViolationError) accept(status.error);
    }
  };
  watch().catch((error: unknown) => logger.error({ err: error }, "the connection's status can no longer be watched"));
  return {
    current() {
      const since = performance.now() - holdsMs;
      for (const [subject, { at }] of refused) if (at < since) refused.delete(subject);
      return [...refused.values()].map(({ violation }) => explainViolation(violation));
    },
    onRefused(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    allowed: (subject) => void refused.delete(subject),
  };
}
