import { FailureError } from '../failure.ts';
import { readChoice } from '../replies/read-choice.ts';
import { readTags } from '../replies/read-tags.ts';
import { withoutAsides } from '../replies/split-thoughts.ts';
import { withoutFence } from '../replies/without-fence.ts';
import type { Operator, Value } from './operator.ts';

export const instruction = `Several solutions of one problem follow, each under a letter. Choose the one that most of them agree with.
Compare the final answers. The answer that occurs most often is most likely right; pick any solution that gives it.
Reply in exactly this form:
<thought>how often each answer occurs</thought>
<choice>the letter of the solution alone</choice>`;

/** How a solution is introduced in the prompt: "Solution A:". */
export const solutionLabel = (letter: string): string => `Solution ${letter}:`;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Self-consistency: the model picks the most frequent answer among the solutions. If all are equal, the model is not asked. */
export const scEnsemble: Operator = {
  name: 'sc_ensemble',
  description:
    'Shows the model several solutions of the same problem and returns, word for word, the one that most of them agree with. Use it after parallel samples.',
  inputs: {
    solutions: { type: 'texts', description: 'the solutions to choose from, 26 at most' },
    problem: { type: 'text', description: 'the problem that they solve', optional: true },
  },
  outputs: { response: { type: 'text', description: 'the chosen solution' } },
  maxCalls: 1,
  minCalls: 0,
  async run(inputs, context) {
    const solutions = texts(inputs.solutions);
    const [first] = solutions;
    if (first === undefined || solutions.length > alphabet.length) {
      const message = `sc_ensemble chooses among 1 to ${alphabet.length} solutions and got ${solutions.length}.`;
      throw new FailureError({ kind: 'operator-input', message });
    }
    if (solutions.every((solution) => solution.trim() === first.trim())) return { response: first };
    const listed = solutions.map((solution, index) => `${solutionLabel(alphabet.charAt(index))}\n${solution}`);
    const problem = inputs.problem === undefined ? '' : `\n\nProblem:\n${inputs.problem}`;
    const reply = await context.complete([{ role: 'user', content: `${instruction}${problem}\n\n${listed.join('\n\n')}` }]);
    const choice = chosenLetter(reply.text, alphabet.slice(0, solutions.length));
    const chosen = choice === undefined ? undefined : solutions[alphabet.indexOf(choice)];
    if (chosen !== undefined) return { response: chosen };
    const message = `The reply to sc_ensemble names none of the solutions A to ${alphabet.charAt(solutions.length - 1)}.`;
    throw new FailureError({ kind: 'unparsable-answer', message });
  },
};

export const texts = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);

/**
 * The letter that a reply chooses, in the tag or without it. AFlow calls the field solution_letter, and some models use that
 * name.
 */
export function chosenLetter(reply: string, letters: string): string | undefined {
  const { choice, solution_letter: letter } = readTags(reply, ['thought', 'choice', 'solution_letter']);
  return readChoice(withoutFence(choice || letter || withoutAsides(reply)), [...letters]);
}
