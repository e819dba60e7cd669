import type { Random } from '../../domain/ports.ts';
import { abilityOf } from '../model-ability.ts';
import type { KnownQuery } from '../query-index.ts';
import { wrongAnswer } from './near-miss.ts';
import type { RequestedForm } from './requested-form.ts';

/**
 * What the form of a prompt is worth, in logits. Tuned on GSM8K: a bare question scores about .8, one that asks for steps and a
 * marked answer .9 and more.
 */
const worth = { none: -0.55, steps: 0.55, checking: 0.2, mark: 0.2, brief: -1.1 };

export function solvingProbability(known: KnownQuery, model: string, form: RequestedForm, help: number): number {
  const logit =
    abilityOf(model) -
    known.difficulty +
    worth.none +
    help +
    (form.steps ? worth.steps : 0) +
    (form.checking ? worth.checking : 0) +
    (form.mark === 'none' ? 0 : worth.mark) +
    (form.brief ? worth.brief : 0);
  return 1 / (1 + Math.exp(-logit));
}

/** An answer to a query, right or wrong. `help` is what else speaks for success, in logits: earlier work, a think block. */
export function attempt(known: KnownQuery, model: string, form: RequestedForm, help: number, random: Random): string {
  const solved = random.next() < solvingProbability(known, model, form, help);
  return solved ? known.query.reference.trim() : wrongAnswer(known, random);
}
