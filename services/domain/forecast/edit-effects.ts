/** What an edit makes of a workflow's execution. */
export interface EditEffect {
  /** Calls, as a multiple of the parent's. */
  readonly calls: number;
  /** Tokens that its prompts have more than the parent's, beside those that come with the calls. */
  readonly overhead: number;
  /** Tokens that a reply has more than the parent's, as a multiple of the initial workflow's: most edits set a length. */
  readonly reply: number;
  /** By how much the score rises, from -1 to 1. */
  readonly gain: number;
}

/** Edits of workflows like these; all are equally likely. */
export interface EditsOf {
  /** Calls that the parent makes, at most. */
  readonly mostCalls: number;
  /** Tokens of its replies, at most, as a multiple of the initial workflow's. */
  readonly mostReply: number;
  /** Edits that the parent has behind it, at most: what they added is not added once more. Default: any number. */
  readonly mostEdits?: number;
  readonly effects: readonly EditEffect[];
}

/** What answers are, as far as edits depend on it. */
export type AnswerNature = 'number' | 'words' | 'program';

/** By the operators that a benchmark allows. */
export function answerNature(operators: readonly string[]): AnswerNature {
  if (operators.includes('custom_code_generate')) return 'program';
  return operators.includes('format') ? 'words' : 'number';
}

/** The same, as a table has it. */
export interface EditRows extends Omit<EditsOf, 'effects'> {
  /** Four numbers an edit: calls, overhead, reply, gain. */
  readonly rows: readonly number[];
}

export function editsOf(table: readonly EditRows[]): readonly EditsOf[] {
  return table.map(({ rows, ...parents }) => ({
    ...parents,
    effects: Array.from({ length: rows.length / 4 }, (_, index) => {
      const [calls = 1, overhead = 0, reply = 0, gain = 0] = rows.slice(4 * index, 4 * index + 4);
      return { calls, overhead, reply, gain };
    }),
  }));
}
