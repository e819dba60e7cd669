import type { Random } from '../../domain/ports.ts';
import { randomStream } from '../../domain/random.ts';
import type { FormWorth } from '../answers/answer-kind.ts';
import { kindOf } from '../answers/kind-of.ts';
import type { KnownQuery } from '../known-query.ts';
import { abilityOf } from '../model-ability.ts';
import type { RequestedForm } from '../requested-form.ts';

/** How often a wrong answer is the query's usual mistake: models tend to fall into the same trap. */
const usualMistakeShare = 0.55;

/** @param help what else speaks for success, in logits: earlier work, a think block */
export function solvingProbability(known: KnownQuery, model: string, form: RequestedForm, help: number): number {
  const logit = abilityOf(model) - known.difficulty + worthOf(form, kindOf(known).worth) + help;
  return 1 / (1 + Math.exp(-logit));
}

function worthOf(form: RequestedForm, worth: FormWorth): number {
  return (
    worth.base +
    (form.steps ? worth.steps : 0) +
    (form.checking ? worth.checking : 0) +
    (form.mark === 'none' ? 0 : worth.mark) +
    (form.brief ? worth.brief : 0)
  );
}

/** An answer to a query, right or wrong. */
export function drawAnswer(known: KnownQuery, model: string, form: RequestedForm, help: number, random: Random): string {
  const kind = kindOf(known);
  const isSolved = random.next() < solvingProbability(known, model, form, help);
  if (isSolved) return kind.right(known, random);
  const isUsual = random.next() < usualMistakeShare;
  const mistake = kind.wrong(known, isUsual ? randomStream(0, 'usual-mistake', known.benchmark.name, known.query.id) : random);
  return kind.isRight(mistake, known) ? kind.wrong(known, random) : mistake;
}
