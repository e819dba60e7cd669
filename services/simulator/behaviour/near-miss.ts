import type { Random } from '../../domain/ports.ts';
import { randomInteger, randomStream } from '../../domain/random.ts';
import { type KnownQuery, mainText } from '../query-index.ts';

/** How often a wrong answer is the query's usual mistake: models tend to fall into the same trap. */
const usualMistakeShare = 0.55;

/** A plausible wrong answer: a number near the right one, or another query's answer where it is text. */
export function wrongAnswer(known: KnownQuery, random: Random): string {
  const usual = randomStream(0, 'usual-mistake', known.benchmark.name, known.query.id);
  return random.next() < usualMistakeShare ? nearMiss(known, usual) : nearMiss(known, random);
}

function nearMiss(known: KnownQuery, random: Random): string {
  const reference = known.query.reference.trim();
  const value = numberIn(reference);
  if (value === undefined) return otherReference(known, random);
  const slips = [
    value + 1,
    value - 1,
    value * 2,
    value / 2,
    value + 10,
    value * 1.1,
    value + mentioned(known, random),
    Math.abs(value - mentioned(known, random)),
  ];
  const slip = slips[randomInteger(random, slips.length)] ?? value + 1;
  const rounded = Number.isInteger(value) ? Math.round(slip) : Math.round(slip * 100) / 100;
  return String(rounded === value ? value + 2 : rounded);
}

/** The number that a text is, undefined if it is none. */
export function numberIn(text: string): number | undefined {
  const plain = text.trim().replace(/^\$/, '').replaceAll(',', '');
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : undefined;
}

/** Positive numbers that the query mentions. */
export function numbersOf(known: KnownQuery): number[] {
  return (mainText(known).match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
}

function mentioned(known: KnownQuery, random: Random): number {
  const numbers = numbersOf(known);
  return numbers[randomInteger(random, numbers.length)] ?? 3;
}

function otherReference(known: KnownQuery, random: Random): string {
  const queries = known.benchmark.queries;
  const other = queries[randomInteger(random, queries.length)]?.reference;
  return other === undefined || other === known.query.reference ? 'not stated' : other;
}
