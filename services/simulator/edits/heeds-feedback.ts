import { feedbackLabel } from '../../domain/prompts/feedback-lines.ts';
import { demandedForm, isDemanding } from '../demanded-form.ts';
import { addSentence, type WorkflowEdit } from './workflow-edit.ts';

/** More than any other: a rule that a scorer states outright is hard to overlook. */
const weight = 12;

/**
 * An edit for each rule on the form of an answer that a scorer states in a proposal prompt: the rule is added to the prompts
 * in the scorer's own words. What a scorer says beside such rules, it does not understand.
 */
export function heedsFeedback(prompt: string): WorkflowEdit[] {
  const said = prompt.split('\n').flatMap((line) => (line.startsWith(feedbackLabel) ? [line.slice(feedbackLabel.length)] : []));
  const rules = new Set(said.flatMap(sentencesOf).filter((sentence) => isDemanding(demandedForm(sentence))));
  return [...rules].map((rule) => ({
    descriptions: [`State the scorer's rule on the form of an answer: ${rule}`],
    weight,
    apply: (document) => addSentence(document, rule, rule),
  }));
}

/** A quoted text may hold a full stop. */
function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?]["”»`]?)\s+(?=\p{Lu})/u).map((sentence) => sentence.trim());
}
