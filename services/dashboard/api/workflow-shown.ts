export interface WorkflowShown {
  readonly hash: string;
  /** As a workflow file has it. */
  readonly source: string;
  readonly graph: WorkflowGraph;
}

/** A workflow as a drawing: arrows between nodes, and frames around what runs several times at once. */
export interface WorkflowGraph {
  readonly nodes: readonly WorkflowNode[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    /** yes or no, after a question. */
    readonly label?: string;
  }[];
  /** An outer one comes before those inside it. */
  readonly frames: readonly { readonly id: string; readonly label: string; readonly inside?: string }[];
}

export interface WorkflowNode {
  readonly id: string;
  readonly kind: 'start' | 'call' | 'set' | 'question' | 'loop' | 'return' | 'no-answer';
  readonly label: string;
  /** Of a call. */
  readonly operator?: string;
  /** The instruction of a call, or the value that is set or returned. */
  readonly detail?: string;
  /** The frame that it stands in. */
  readonly frame?: string;
}

/** `before` and `after` are line numbers from 1 in the two files; `gap` stands for lines that are the same and left out. */
export type DifferenceLine =
  | { readonly kind: 'same'; readonly before: number; readonly after: number; readonly text: string }
  | { readonly kind: 'removed'; readonly before: number; readonly text: string }
  | { readonly kind: 'added'; readonly after: number; readonly text: string }
  | { readonly kind: 'gap'; readonly lines: number };
