import { defined } from '../../domain/defined.ts';
import { answerOf, callsOf, firstSolver, freeId, lastReturn, replaceExpression, returnThrough } from './workflow-document.ts';
import { problemOf, type WorkflowEdit } from './workflow-edit.ts';

const writesFunctions: WorkflowEdit = {
  descriptions: [
    'Use custom_code_generate instead of a plain call, so that nothing but the code is returned.',
    'Let custom_code_generate write the function, since remarks around the code can get in the way.',
  ],
  weight: 2,
  natures: ['program'],
  needs: ['custom_code_generate'],
  apply: (document, task) => {
    const solver = firstSolver(document);
    if (solver?.call !== 'custom') return false;
    const [problem, instruction] = [problemOf(document, task), solver.with?.instruction];
    const old = answerOf(solver);
    solver.call = 'custom_code_generate';
    solver.with = { problem, entry_point: '{{ query.entry_point }}', ...defined({ instruction }) };
    replaceExpression(document, 1, old, answerOf(solver));
    return true;
  },
};

const testsTheProgram: WorkflowEdit = {
  descriptions: [
    'Run the public tests on the program with test and let it be corrected by the error.',
    'Add test before the program is returned, since its mistakes show when it runs.',
  ],
  weight: 4,
  natures: ['program'],
  needs: ['test'],
  apply: (document, task) => {
    const solution = lastReturn(document);
    if (solution === undefined || callsOf(document, 'test').length > 0) return false;
    const inputs = { entry_point: '{{ query.entry_point }}', tests: '{{ query.tests }}' };
    const step = {
      id: freeId(document, 'tested'),
      call: 'test',
      with: { problem: problemOf(document, task), solution, ...inputs },
    };
    returnThrough(document, [step], `{{ ${answerOf(step)} }}`);
    return true;
  },
};

export const programEdits: readonly WorkflowEdit[] = [writesFunctions, testsTheProgram];
