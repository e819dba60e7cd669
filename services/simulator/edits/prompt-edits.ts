import { pick } from '../pick.ts';
import type { Nature } from './task.ts';
import { addSentence, type WorkflowEdit } from './workflow-edit.ts';

const stepsSentences: Readonly<Record<Nature, string>> = {
  boxed: 'Solve the problem step by step and show your work.',
  words: 'Find what the text says on it, and reason step by step.',
  program: 'Think the algorithm through step by step, then write the function.',
};

const asksForSteps: WorkflowEdit = {
  descriptions: [
    'Ask the model to reason step by step, so that it makes fewer slips in longer problems.',
    'Let the prompt demand the working step by step before the answer, since most failures are skipped steps.',
  ],
  weight: 3,
  apply: (document, { nature }) => addSentence(document, /step by step/i, stepsSentences[nature]),
};

const marksTheAnswer: WorkflowEdit = {
  descriptions: [
    'Ask for the final answer in \\boxed{} at the end, so that it cannot be mistaken for another number.',
    'Mark the final answer with \\boxed{} in the last line, because some right answers are not recognised.',
  ],
  weight: 3,
  natures: ['boxed'],
  apply: (document) => addSentence(document, /\\boxed/, 'End with the final answer in \\boxed{} and write nothing after it.'),
};

const asksForFewWords: WorkflowEdit = {
  descriptions: [
    'Ask for the short answer alone, since the scorer compares words and every other word costs.',
    'Forbid sentences around the answer, because right answers lose points for the text around them.',
  ],
  weight: 9,
  natures: ['words'],
  apply: (document) =>
    addSentence(
      document,
      /short answer alone/i,
      'Reply with the short answer alone: a name, a number or a few words of the text, without a sentence around it.',
    ),
};

const checkSentences: Readonly<Record<Nature, string>> = {
  boxed: 'Then check your calculations against the problem once more.',
  words: 'Then check your answer against the text once more.',
  program: 'Mind edge cases such as empty input, negative numbers and ties, and check your code against the examples.',
};

const asksToCheck: WorkflowEdit = {
  descriptions: [
    'Let the model check its work before it answers, to catch slips.',
    'Add a request to verify the answer against the task, since details are sometimes misread.',
  ],
  weight: 2,
  apply: (document, { nature }) => addSentence(document, /check your/i, checkSentences[nature]),
};

const advice: Readonly<Record<Nature, readonly string[]>> = {
  boxed: [
    'You are a patient and accurate mathematics teacher.',
    'Read the problem twice before you begin.',
    'List the given quantities first, each with its unit.',
    'Pay attention to what exactly is asked at the end.',
    'Give each quantity a name before you compute with it.',
  ],
  words: [
    'You are a careful reader.',
    'Read the question twice before you look at the text.',
    'Mind which person, place or year the question is about.',
    'Use nothing but what the text says.',
  ],
  program: [
    'You are an experienced Python programmer.',
    'Read the description twice, and the examples too.',
    'Keep to the signature that the task gives.',
    'Prefer simple loops to clever expressions.',
  ],
};

const addsAdvice: WorkflowEdit = {
  descriptions: [
    'Give the prompt a piece of general advice, so that the model takes more care.',
    'Reword the prompt to stress accuracy, as several answers look careless.',
  ],
  weight: 2,
  apply: (document, { nature }, random) => {
    const sentence = pick(advice[nature], random);
    return addSentence(document, sentence, sentence);
  },
};

export const promptEdits: readonly WorkflowEdit[] = [asksForSteps, marksTheAnswer, asksForFewWords, asksToCheck, addsAdvice];
