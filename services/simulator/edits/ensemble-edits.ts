import { randomInteger, shuffled } from '../../domain/random.ts';
import { pick } from '../pick.ts';
import type { Nature } from './task.ts';
import {
  addPrompt,
  allSteps,
  answerOf,
  callsOf,
  firstSolver,
  freeId,
  replaceExpression,
  type WorkflowDocument,
} from './workflow-document.ts';
import { problemOf, type WorkflowEdit } from './workflow-edit.ts';

const isEnsemble = (document: WorkflowDocument): boolean =>
  callsOf(document, 'sc_ensemble').length + callsOf(document, 'md_ensemble').length > 0;

const votesOverSamples: WorkflowEdit = {
  descriptions: [
    'Sample several solutions at once and take the one that most agree with, which evens out slips.',
    'Solve each problem several times in parallel and vote with sc_ensemble, as single answers vary.',
  ],
  weight: 1.5,
  needs: ['sc_ensemble'],
  apply: (document, task, random) => {
    const solver = firstSolver(document);
    if (solver === undefined || isEnsemble(document)) return false;
    const problem = problemOf(document, task);
    const [drafts, vote] = [freeId(document, 'drafts'), freeId(document, 'vote')];
    document.steps.splice(
      0,
      1,
      { id: drafts, parallel: 3 + 2 * randomInteger(random, 2), steps: [solver], yield: `{{ ${answerOf(solver)} }}` },
      { id: vote, call: 'sc_ensemble', with: { problem, solutions: `{{ ${drafts} }}` } },
    );
    replaceExpression(document, 2, answerOf(solver), `${vote}.response`);
    return true;
  },
};

const waysToSolve: Readonly<Record<Nature, readonly string[]>> = {
  boxed: [
    'Solve the problem step by step: write an equation for each quantity, then compute. End with the final answer in \\boxed{}.',
    'Restate what is asked, then work backwards from it step by step. End with the final answer in \\boxed{}.',
    'Try a small case first, then solve the problem step by step. End with the final answer in \\boxed{}.',
    'Solve the problem step by step, and check each step before the next. End with the final answer in \\boxed{}.',
  ],
  words: [
    'Find the sentence of the text that answers the question. Reply with the short answer alone.',
    'Look at each name and number of the text in turn, then check your choice. Reply with the short answer alone.',
    'Say to yourself what kind of answer is asked for: a name, a date or a number. Reply with the short answer alone.',
    'Read the text from its end to its beginning, then check your answer. Reply with the short answer alone.',
  ],
  program: [
    'Think the algorithm through step by step, then write the function in a simple way.',
    'List the edge cases first, then write the function so that each of them is handled.',
    'Plan the function with the examples in mind, and check your code against each of them.',
    'Write the function with the means of the standard library where they fit.',
  ],
};

const votesOverWays: WorkflowEdit = {
  descriptions: [
    'Solve the problem in three different ways and let sc_ensemble pick the answer that most agree on.',
    'Add two further solutions by other prompts and a vote, since different ways make different mistakes.',
  ],
  weight: 2.5,
  needs: ['sc_ensemble'],
  apply: (document, task, random) => {
    const solver = firstSolver(document);
    if (solver === undefined || isEnsemble(document)) return false;
    const problem = problemOf(document, task);
    const call = solver.call === 'custom_code_generate' ? solver.call : 'custom';
    const query = call === 'custom' ? { input: problem } : { problem, entry_point: solver.with?.entry_point ?? '' };
    const texts = shuffled(random, waysToSolve[task.nature]).slice(0, 2);
    const [other, third] = texts.map((text, index) => ({
      id: `${freeId(document, 'way')}_${index + 1}`,
      call,
      with: { instruction: addPrompt(document, 'way', text), ...query },
    }));
    if (other === undefined || third === undefined) return false;
    const vote = freeId(document, 'vote');
    const solutions = `{{ [${[solver, other, third].map(answerOf).join(', ')}] }}`;
    document.steps.splice(1, 0, other, third, { id: vote, call: 'sc_ensemble', with: { problem, solutions } });
    replaceExpression(document, 4, answerOf(solver), `${vote}.response`);
    return true;
  },
};

const judgesSolutions: WorkflowEdit = {
  descriptions: [
    'Let md_ensemble judge the solutions in different orders instead of counting which agree.',
    'Replace sc_ensemble by md_ensemble, since right solutions need not agree word for word.',
  ],
  weight: 1,
  needs: ['md_ensemble'],
  apply: (document, task) => {
    const vote = callsOf(document, 'sc_ensemble')[0];
    if (vote === undefined) return false;
    const old = answerOf(vote);
    vote.call = 'md_ensemble';
    vote.with = { problem: problemOf(document, task), ...vote.with };
    replaceExpression(document, 0, old, answerOf(vote));
    return true;
  },
};

const samplesMore: WorkflowEdit = {
  descriptions: [
    'Take another number of samples before the vote, so that the majority is clearer.',
    'Change how many solutions are drawn in parallel, as ties seem to occur.',
  ],
  weight: 1,
  apply: (document, _task, random) => {
    const parallel = allSteps(document.steps).find((step) => typeof step.parallel === 'number');
    if (parallel === undefined) return false;
    const counts = [3, 4, 5, 7].filter((count) => count !== parallel.parallel);
    parallel.parallel = pick(counts, random);
    return true;
  },
};

export const ensembleEdits: readonly WorkflowEdit[] = [votesOverSamples, votesOverWays, judgesSolutions, samplesMore];
