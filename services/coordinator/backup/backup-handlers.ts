import { encodeBackup } from '../../shared/contracts/backup-file.ts';
import type {
  BackupRequest,
  BackupResponse,
  RestoreRequest,
  RestoreResponse,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import type { BackupWriterParts } from './backup-writer.ts';
import { readBackup } from './read-backup.ts';
import { restoreBackup } from './restore-backup.ts';

/** The part of ControlService that copies what a cluster holds, and puts such a copy into one. */
export interface BackupHandlers {
  backup(request: BackupRequest, signal: AbortSignal): AsyncIterable<BackupResponse>;
  restore(requests: AsyncIterable<RestoreRequest>, signal: AbortSignal): Promise<RestoreResponse>;
}

export function createBackupHandlers(parts: BackupWriterParts): BackupHandlers {
  const { bus, timing } = parts;
  return {
    async *backup(request, signal) {
      for await (const piece of encodeBackup(readBackup(bus, request, timing, signal))) yield { piece };
    },
    restore: (requests, signal) => restoreBackup(parts, requests, signal),
  };
}
