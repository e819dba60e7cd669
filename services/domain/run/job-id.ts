import type { ExecuteCommand, WorkCommand } from './command.ts';

export type CompletionCommand = Exclude<WorkCommand, ExecuteCommand>;

export function completionJobId(command: CompletionCommand): string {
  const { kind, round, turn } = command;
  const query = command.kind === 'propose' && command.queryIndex !== undefined ? `-query-${command.queryIndex}` : '';
  return `${kind}-${round}-${turn}${query}`;
}

/** The identity of an execution within a run: the same execution is never paid for twice, whatever asks for it. */
export function executionJobId(workflowHash: string, queryIndex: number, repeat: number): string {
  return `execute-${workflowHash.slice(0, 16)}-${queryIndex}-${repeat}`;
}

/** The same job, issued again since it has no result that counts: what was stored under its first id stays. */
export function againJobId(jobId: string, tries: number): string {
  return `${jobId}-again-${tries}`;
}

const again = /-again-(\d+)$/;

/** The id that the log and its plan know the job by. */
export function firstJobId(jobId: string): string {
  return jobId.replace(again, '');
}

/** How often it has been issued again; 0 for the first time. */
export function triesOf(jobId: string): number {
  return Number(again.exec(jobId)?.[1] ?? 0);
}
