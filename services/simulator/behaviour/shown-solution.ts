/** What is under "Solution:" in the prompts of review, revise and format, without feedback that follows. */
export function shownSolution(prompt: string): string {
  return (prompt.split(/^Solution:$/m).at(-1) ?? '').split(/^Feedback:$/m)[0] ?? '';
}
