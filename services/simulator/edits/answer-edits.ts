import { pick } from '../pick.ts';
import type { Nature } from './task.ts';
import {
  addPrompt,
  answerOf,
  callsOf,
  firstSolver,
  freeId,
  lastReturn,
  replaceExpression,
  returnThrough,
} from './workflow-document.ts';
import { problemOf, type WorkflowEdit } from './workflow-edit.ts';

const reviewsAndRevises: WorkflowEdit = {
  descriptions: [
    'Review the answer and revise it where the review fails, to mend wrong solutions.',
    'Add a review step, and a revision for the solutions that do not pass it.',
  ],
  weight: 2,
  needs: ['review', 'revise'],
  apply: (document, task) => {
    const solution = lastReturn(document);
    if (solution === undefined || callsOf(document, 'review').length > 0) return false;
    const [check, revised] = [freeId(document, 'check'), freeId(document, 'revised')];
    const problem = problemOf(document, task);
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
  weight: 3,
  natures: ['boxed', 'words'],
  needs: ['answer_generate'],
  apply: (document, task) => {
    const solver = firstSolver(document);
    if (solver?.call !== 'custom') return false;
    const old = answerOf(solver);
    const input = problemOf(document, task);
    solver.call = 'answer_generate';
    solver.with = { input };
    replaceExpression(document, 1, old, answerOf(solver));
    return true;
  },
};

const solvesByPrompt: WorkflowEdit = {
  descriptions: [
    'Replace answer_generate by a prompt of our own, which leaves room to say how to solve the problem.',
    'Use a custom call with its own instructions, since the fixed form of answer_generate cannot be improved.',
  ],
  weight: 0.7,
  natures: ['boxed', 'words'],
  apply: (document, task) => {
    const solver = callsOf(document, 'answer_generate')[0];
    if (solver === undefined) return false;
    const old = answerOf(solver);
    const input = problemOf(document, task);
    const text =
      task.nature === 'boxed'
        ? 'Solve the problem step by step and show your work.\nEnd with the final answer in \\boxed{}.'
        : 'Find what the text says on it. Reply with the short answer alone.';
    solver.call = 'custom';
    solver.with = { instruction: addPrompt(document, 'solve', text), input };
    replaceExpression(document, 0, old, answerOf(solver));
    return true;
  },
};

const shortensTheAnswer: WorkflowEdit = {
  descriptions: [
    'Let format shorten the solution to its final answer, since the scorer compares words.',
    'Add format as the last step, because the reasoning around the answer costs points.',
  ],
  weight: 5,
  natures: ['words'],
  needs: ['format'],
  apply: (document, task) => {
    const solution = lastReturn(document);
    if (solution === undefined || callsOf(document, 'format').length > 0) return false;
    const short = freeId(document, 'short');
    const step = { id: short, call: 'format', with: { problem: problemOf(document, task), solution } };
    returnThrough(document, [step], `{{ ${answerOf(step)} }}`);
    return true;
  },
};

const computesByProgram: WorkflowEdit = {
  descriptions: [
    'Let programmer compute the answer, so that no slip in arithmetic is left.',
    'Run a program on the problem with the solution as its analysis, and state what it computed.',
  ],
  weight: 3,
  natures: ['boxed'],
  needs: ['programmer'],
  apply: (document, task) => {
    const analysis = lastReturn(document);
    if (analysis === undefined || callsOf(document, 'programmer').length > 0) return false;
    const problem = problemOf(document, task);
    const [program, stated] = [freeId(document, 'program'), freeId(document, 'stated')];
    const text =
      'A problem and what a program computed for it follow. Check each step, and end with the final answer in \\boxed{}.';
    const instruction = addPrompt(document, 'state', text);
    const input = `${problem}\n\nThe program's answer: {{ ${program}.output }}\n`;
    returnThrough(
      document,
      [
        { id: program, call: 'programmer', with: { problem, analysis } },
        { id: stated, call: 'custom', with: { instruction, input } },
      ],
      `{{ ${stated}.response }}`,
    );
    return true;
  },
};

const confirmations: Readonly<Record<Exclude<Nature, 'program'>, readonly string[]>> = {
  boxed: [
    'A problem and a solution of it follow. Check the solution step by step, correct it where needed, and end with the final answer in \\boxed{}.',
    'Solve the problem step by step without trust in the solution below it, compare the two, and end with the right answer in \\boxed{}.',
    'A solution stands below the problem. Check that it answers what is asked, mend each step that is wrong, and end with \\boxed{}.',
  ],
  words: [
    'A question and an answer to it follow. Check the answer against the text. Reply with the short answer alone.',
    'Somebody has answered the question below. Check each word of the answer, and mend it. Reply with the short answer alone.',
    'Is the answer below as short and as exact as the text allows? Check it once more. Reply with the short answer alone.',
  ],
};

const confirmsTheAnswer: WorkflowEdit = {
  descriptions: [
    'Add a last call that checks the solution against the problem and states the final answer.',
    'Let a final call look at problem and solution together before anything is returned.',
  ],
  weight: 1.5,
  natures: ['boxed', 'words'],
  apply: (document, task, random) => {
    const solution = lastReturn(document);
    if (solution === undefined || task.nature === 'program') return false;
    const confirmed = freeId(document, 'confirmed');
    const instruction = addPrompt(document, 'confirm', pick(confirmations[task.nature], random));
    const input = `${problemOf(document, task)}\n\nSolution:\n${solution}`;
    returnThrough(document, [{ id: confirmed, call: 'custom', with: { instruction, input } }], `{{ ${confirmed}.response }}`);
    return true;
  },
};

export const answerEdits: readonly WorkflowEdit[] = [
  reviewsAndRevises,
  generatesAnswers,
  solvesByPrompt,
  shortensTheAnswer,
  computesByProgram,
  confirmsTheAnswer,
];
