import type { RunEvent } from './event.ts';

/**
 * What the coordinator must do next. Commands are derived from the state alone, so after a crash the same commands come out
 * again; each has a deterministic job id, and doing one twice is harmless.
 */
export type Command =
  /** Append this event: a decision that needs no outside information. */
  | { readonly kind: 'append'; readonly event: RunEvent }
  /** Append what is remembered of earlier runs on the same queries, as one event. */
  | { readonly kind: 'recall' }
  | WorkCommand;

/** What workers do: its jobs cost tokens. */
export type WorkCommand =
  | ExecuteCommand
  | ProposeCommand
  | { readonly kind: 'predict'; readonly round: number; readonly turn: number };

export function isWorkCommand(command: Command): command is WorkCommand {
  return command.kind !== 'append' && command.kind !== 'recall';
}

export interface ProposeCommand {
  readonly kind: 'propose';
  readonly round: number;
  readonly turn: number;
  /** The query that the workflow is for. Absent: it is for all of them. */
  readonly queryIndex?: number;
}

/** Execute a round's workflow on these queries. The coordinator reports outcomes in exactly this order, in batches. */
export interface ExecuteCommand {
  readonly kind: 'execute';
  readonly round: number;
  readonly workflowHash: string;
  readonly executions: readonly PlannedExecution[];
  /** Which event reports the outcomes: canary-completed or final-executions-completed. Absent: executions-completed. */
  readonly purpose?: 'canary' | 'final';
}

export interface PlannedExecution {
  readonly queryIndex: number;
  readonly repeat: number;
  /** Where the query has a workflow of its own. Absent: the command's. */
  readonly workflowHash?: string;
}
