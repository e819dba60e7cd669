import type { Random } from '../../domain/ports.ts';
import type { KnownQuery } from '../known-query.ts';
import type { Question } from '../question.ts';

/** What the form of a prompt is worth, in logits of solving a query. */
export interface FormWorth {
  /** A bare question. */
  readonly base: number;
  readonly steps: number;
  readonly checking: number;
  readonly mark: number;
  readonly brief: number;
  /** Letting a program compute the answer. */
  readonly program: number;
}

/** How answers of one kind look, right and wrong. A new kind is one file here and one line in kind-of.ts. */
export interface AnswerKind {
  readonly worth: FormWorth;
  /** The right answer, in one of the ways in which models put it. */
  right(known: KnownQuery, random: Random): string;
  /** A plausible wrong one. */
  wrong(known: KnownQuery, random: Random): string;
  isRight(answer: string, known: KnownQuery): boolean;
  /** The same text for answers that say the same. */
  key(answer: string, known: KnownQuery): string;
  /** The last answer that a text marks as such; what instructions put in its place ("\boxed{answer}") is none. */
  marked(text: string, known: KnownQuery): string | undefined;
  /** The answer of a solution, marked or not. */
  final(solution: string, known: KnownQuery): string | undefined;
  /** Working that looks like a model's, without the answer. */
  working(known: KnownQuery, steps: boolean, random: Random): string;
  /** A whole reply in the form that the prompt asks for. */
  reply(answer: string, known: KnownQuery, question: Question): string;
}
