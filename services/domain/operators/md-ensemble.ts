import { FailureError } from '../failure.ts';
import type { Random } from '../ports.ts';
import { shuffled } from '../random.ts';
import type { Operator } from './operator.ts';
import { chosenLetter, solutionLabel, texts } from './sc-ensemble.ts';

export const instruction = `Several solutions of the problem follow, each under a letter. Judge which one is the best.
Check the reasoning and the final answer of each against the problem.
Reply in exactly this form:
<thought>the arguments for and against each</thought>
<choice>the letter of the best solution alone</choice>`;

const votes = 5;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Medprompt's vote: each time the solutions are in a different order, so that a preference for a letter evens out. */
export const mdEnsemble: Operator = {
  name: 'md_ensemble',
  description:
    'Has the model choose the best of several solutions five times, each time in a different order, and returns the one with the most votes, word for word. Costs five calls; use it when solutions cannot match word for word, such as programs.',
  inputs: {
    solutions: { type: 'texts', description: 'the solutions to choose from, 26 at most' },
    problem: { type: 'text', description: 'the problem that they solve' },
  },
  outputs: { solution: { type: 'text', description: 'the chosen solution' } },
  maxCalls: votes,
  minCalls: 0,
  async run(inputs, context) {
    const solutions = texts(inputs.solutions);
    const [first] = solutions;
    if (first === undefined || solutions.length > alphabet.length) {
      const message = `md_ensemble chooses among 1 to ${alphabet.length} solutions and got ${solutions.length}.`;
      throw new FailureError({ kind: 'operator-input', message });
    }
    if (solutions.every((solution) => solution.trim() === first.trim())) return { solution: first };
    const orders = Array.from({ length: votes }, () => orderOf(solutions, context.random));
    const replies = await Promise.all(
      orders.map((order) => {
        const listed = order.map((index, place) => `${solutionLabel(alphabet.charAt(place))}\n${solutions[index]}`);
        const content = `${instruction}\n\nProblem:\n${inputs.problem}\n\n${listed.join('\n\n')}`;
        return context.complete([{ role: 'user', content }]);
      }),
    );
    const counts = solutions.map(() => 0);
    for (const [vote, { text }] of replies.entries()) {
      const letter = chosenLetter(text, alphabet.slice(0, solutions.length));
      const index = letter === undefined ? undefined : orders[vote]?.[alphabet.indexOf(letter)];
      if (index !== undefined) counts[index] = (counts[index] ?? 0) + 1;
    }
    const most = Math.max(...counts);
    const solution = solutions[counts.indexOf(most)];
    if (most > 0 && solution !== undefined) return { solution };
    const message = `None of the ${votes} replies to md_ensemble names a solution from A to ${alphabet.charAt(solutions.length - 1)}.`;
    throw new FailureError({ kind: 'unparsable-answer', message });
  },
};

const orderOf = (solutions: readonly string[], random: Random): number[] => shuffled(random, [...solutions.keys()]);
