import { randomInteger } from '../../domain/random.ts';
import { addPrompt, allSteps, answerOf, callsOf, firstSolver, freeId, replaceExpression } from './workflow-document.ts';
import { addSentence, queryOf, type WorkflowEdit } from './workflow-edit.ts';
import { pick } from './working-text.ts';

const asksForSteps: WorkflowEdit = {
  descriptions: [
    'Ask the model to reason step by step, so that it makes fewer slips in longer problems.',
    'Let the prompt demand the working step by step before the answer, since most failures are skipped steps.',
  ],
  weight: 3,
  apply: (document) => addSentence(document, /step by step/i, 'Solve the problem step by step and show your work.'),
};

const marksTheAnswer: WorkflowEdit = {
  descriptions: [
    'Ask for the final answer in \\boxed{} at the end, so that it cannot be mistaken for another number.',
    'Mark the final answer with \\boxed{} in the last line, because some right answers are not recognised.',
  ],
  weight: 3,
  apply: (document) =>
    addSentence(document, /\\boxed/, 'End with the final answer as \\boxed{number} and write nothing after it.'),
};

const asksToCheck: WorkflowEdit = {
  descriptions: [
    'Let the model check its calculations before it answers, to catch slips in arithmetic.',
    'Add a request to verify each step against the problem, since numbers are sometimes misread.',
  ],
  weight: 2,
  apply: (document) => addSentence(document, /check your/i, 'Then check your calculations against the problem once more.'),
};

const votesOverSamples: WorkflowEdit = {
  descriptions: [
    'Sample several solutions at once and take the one that most agree with, which evens out slips.',
    'Solve each problem several times in parallel and vote with sc_ensemble, as single answers vary.',
  ],
  weight: 2,
  apply: (document, random) => {
    const solver = firstSolver(document);
    if (solver === undefined || callsOf(document, 'sc_ensemble').length > 0) return false;
    const [drafts, vote] = [freeId(document, 'drafts'), freeId(document, 'vote')];
    document.steps.splice(
      0,
      1,
      { id: drafts, parallel: 3 + 2 * randomInteger(random, 2), steps: [solver], yield: `{{ ${answerOf(solver)} }}` },
      { id: vote, call: 'sc_ensemble', with: { problem: queryOf(document), solutions: `{{ ${drafts} }}` } },
    );
    replaceExpression(document, 2, answerOf(solver), `${vote}.response`);
    return true;
  },
};

const votesOverWays: WorkflowEdit = {
  descriptions: [
    'Solve the problem in three different ways and let sc_ensemble pick the answer that most agree on.',
    'Add two further solutions by other prompts and a vote, since different ways make different mistakes.',
  ],
  weight: 2,
  apply: (document) => {
    const solver = firstSolver(document);
    if (solver === undefined || callsOf(document, 'sc_ensemble').length > 0) return false;
    const ways = [
      'Solve the problem step by step: write an equation for each quantity, then compute. End with the final answer as \\boxed{number}.',
      'Restate what is asked, then work backwards from it step by step. End with the final answer as \\boxed{number}.',
    ].map((text) => ({
      id: freeId(document, 'way'),
      call: 'custom',
      with: { instruction: addPrompt(document, 'way', text), input: queryOf(document) },
    }));
    const [other, third] = ways.map((way, index) => ({ ...way, id: `${way.id}_${index + 1}` }));
    if (other === undefined || third === undefined) return false;
    const vote = freeId(document, 'vote');
    const solutions = `{{ [${[solver, other, third].map(answerOf).join(', ')}] }}`;
    document.steps.splice(1, 0, other, third, { id: vote, call: 'sc_ensemble', with: { problem: queryOf(document), solutions } });
    replaceExpression(document, 4, answerOf(solver), `${vote}.response`);
    return true;
  },
};

const reviewsAndRevises: WorkflowEdit = {
  descriptions: [
    'Review the answer and revise it where the review fails, to mend wrong solutions.',
    'Add a review step, and a revision for the solutions that do not pass it.',
  ],
  weight: 2,
  apply: (document) => {
    const end = document.steps.at(-1);
    if (end?.return === undefined || callsOf(document, 'review').length > 0) return false;
    const [check, revised] = [freeId(document, 'check'), freeId(document, 'revised')];
    const problem = queryOf(document);
    const solution = end.return;
    document.steps.splice(
      -1,
      0,
      { id: check, call: 'review', with: { problem, solution } },
      {
        if: `!${check}.passed`,
        then: [
          { id: revised, call: 'revise', with: { problem, solution, feedback: `{{ ${check}.feedback }}` } },
          { return: `{{ ${revised}.solution }}` },
        ],
      },
    );
    return true;
  },
};

const generatesAnswers: WorkflowEdit = {
  descriptions: [
    'Use answer_generate instead of a plain call, since it keeps the reasoning apart from the answer.',
    'Replace the custom call by answer_generate, so that only the final answer is returned.',
  ],
  weight: 1,
  apply: (document) => {
    const solver = firstSolver(document);
    if (solver?.call !== 'custom') return false;
    const old = answerOf(solver);
    solver.call = 'answer_generate';
    solver.with = { input: queryOf(document) };
    replaceExpression(document, 1, old, answerOf(solver));
    return true;
  },
};

const solvesByPrompt: WorkflowEdit = {
  descriptions: [
    'Replace answer_generate by a prompt of our own, which leaves room to say how to solve the problem.',
    'Use a custom call with its own instructions, since the fixed form of answer_generate cannot be improved.',
  ],
  weight: 1,
  apply: (document) => {
    const solver = callsOf(document, 'answer_generate')[0];
    if (solver === undefined) return false;
    const old = answerOf(solver);
    solver.call = 'custom';
    const text = 'Solve the problem step by step and show your work.\nEnd with the final answer as \\boxed{number}.';
    solver.with = { instruction: addPrompt(document, 'solve', text), input: queryOf(document) };
    replaceExpression(document, 0, old, answerOf(solver));
    return true;
  },
};

const samplesMore: WorkflowEdit = {
  descriptions: [
    'Take another number of samples before the vote, so that the majority is clearer.',
    'Change how many solutions are drawn in parallel, as ties seem to occur.',
  ],
  weight: 1,
  apply: (document, random) => {
    const parallel = allSteps(document.steps).find((step) => typeof step.parallel === 'number');
    if (parallel === undefined) return false;
    const counts = [3, 4, 5, 7].filter((count) => count !== parallel.parallel);
    parallel.parallel = pick(counts, random);
    return true;
  },
};

const confirmsTheAnswer: WorkflowEdit = {
  descriptions: [
    'Add a last call that checks the solution against the problem and states the final answer.',
    'Let a final call look at problem and solution together before anything is returned.',
  ],
  weight: 1.5,
  apply: (document) => {
    const end = document.steps.at(-1);
    if (end?.return === undefined) return false;
    const text =
      'A problem and a solution of it follow. Check the solution step by step, correct it where needed, and end with the final answer as \\boxed{number}.';
    const confirmed = freeId(document, 'confirmed');
    const instruction = addPrompt(document, 'confirm', text);
    const input = `${queryOf(document)}\n\nSolution:\n${end.return}`;
    document.steps.splice(
      -1,
      1,
      { id: confirmed, call: 'custom', with: { instruction, input } },
      { return: `{{ ${confirmed}.response }}` },
    );
    return true;
  },
};

const advice = [
  'You are a patient and accurate mathematics teacher.',
  'Read the problem twice before you begin.',
  'List the given quantities first, each with its unit.',
  'Pay attention to what exactly is asked at the end.',
  'Give each quantity a name before you compute with it.',
];

const addsAdvice: WorkflowEdit = {
  descriptions: [
    'Give the prompt a piece of general advice, so that the model takes more care.',
    'Reword the prompt to stress accuracy, as several answers look careless.',
  ],
  weight: 2,
  apply: (document, random) => {
    const sentence = pick(advice, random);
    return addSentence(document, sentence, sentence);
  },
};

export const helpfulEdits: readonly WorkflowEdit[] = [
  asksForSteps,
  marksTheAnswer,
  asksToCheck,
  votesOverSamples,
  votesOverWays,
  reviewsAndRevises,
  generatesAnswers,
  solvesByPrompt,
  samplesMore,
  confirmsTheAnswer,
  addsAdvice,
];
