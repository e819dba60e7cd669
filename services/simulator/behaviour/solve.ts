import { kindOf } from '../answers/kind-of.ts';
import { inDemandedForm } from '../demanded-form.ts';
import { type KnownQuery, withoutFields } from '../known-query.ts';
import type { Question } from '../question.ts';
import { drawAnswer } from './draw-answer.ts';
import { withoutQuery } from './without-query.ts';

/** Logits that a think block, an earlier solution in the prompt, and a passage that is left out of it add. */
const thinkingHelp = 0.4;
const earlierWorkHelp = 0.5;
const missingFieldHelp = -2.5;
/** How often a model that sees a right solution stays with it. */
const keepsRightAnswer = 0.96;

/** The reply to a prompt that asks for a query's solution. */
export function solve(question: Question): string {
  const { known } = question;
  if (known === undefined) return withoutQuery(question);
  const answer = answerTo(known, question);
  return inDemandedForm(kindOf(known).reply(answer, known, question), answer, question.demanded);
}

/** The answer to the prompt's query. A solution that the prompt already shows is repeated, or built upon. */
export function answerTo(known: KnownQuery, { model, prompt, form, thinking, random }: Question): string {
  const kind = kindOf(known);
  const earlier = kind.marked(withoutFields(prompt, known), known);
  const keeps = random.next() < keepsRightAnswer;
  // Asked for the answer alone, a model only copies what is there.
  if (earlier !== undefined && form.brief) return earlier;
  if (earlier !== undefined && keeps && kind.isRight(earlier, known)) return kind.right(known, random);
  const help =
    (thinking ? thinkingHelp : 0) +
    (earlier === undefined ? 0 : earlierWorkHelp) +
    (isWhole(prompt, known) ? 0 : missingFieldHelp);
  return drawAnswer(known, model, form, help, random);
}

/** Whether the prompt has the query's long texts, all of them: a question on a passage is hard without the passage. */
function isWhole(prompt: string, { benchmark, query }: KnownQuery): boolean {
  return benchmark.inputs.every((field) => {
    const text = query.fields[field]?.trim() ?? '';
    return text.length < longText || prompt.includes(text.slice(0, longText)) || isAid(field);
  });
}
const longText = 200;
/** Public tests are for the operator test; a task is whole without them. */
const isAid = (field: string): boolean => field === 'tests';
