import { Trouble, WorkerReport } from './generated/scale/v1/job.ts';
import { readMessage } from './read-message.ts';

export function encodeTrouble(trouble: Trouble): Uint8Array {
  return Trouble.encode(trouble).finish();
}

/** @throws ContractError */
export function decodeTrouble(bytes: Uint8Array): Trouble {
  return readMessage('Trouble', Trouble, bytes);
}

export function encodeWorkerReport(report: WorkerReport): Uint8Array {
  return WorkerReport.encode(report).finish();
}

/** @throws ContractError */
export function decodeWorkerReport(bytes: Uint8Array): WorkerReport {
  return readMessage('WorkerReport', WorkerReport, bytes);
}
