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
