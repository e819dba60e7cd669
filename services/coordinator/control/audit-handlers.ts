import type { AuditEntry, ListAuditRequest, ListAuditResponse } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../shared/messaging/bus.ts';

/** The part of ControlService that tells who has changed what. */
export interface AuditHandlers {
  listAudit(request: ListAuditRequest, signal: AbortSignal): Promise<ListAuditResponse>;
}

const usualLimit = 1_000;
/** What fits into one message. */
const highestLimit = 10_000;

export function createAuditHandlers({ audit }: Pick<Bus, 'audit'>): AuditHandlers {
  return {
    async listAudit({ target, limit }, signal) {
      const most = Math.min(limit || usualLimit, highestLimit);
      let entries: AuditEntry[] = [];
      let count = 0;
      for await (const entry of audit.read(target, signal)) {
        count += 1;
        entries.push(entry);
        if (entries.length >= 2 * most) entries = entries.slice(-most);
      }
      return { entries: entries.slice(-most), more: count > most };
    },
  };
}
