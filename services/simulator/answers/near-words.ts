import type { Benchmark } from '../../domain/benchmark.ts';
import type { Random } from '../../domain/ports.ts';
import { randomInteger } from '../../domain/random.ts';
import { goldAnswers } from '../../domain/scoring/gold-answers.ts';
import type { KnownQuery } from '../known-query.ts';
import { pick } from '../pick.ts';
import { nearNumber, numberIn } from './near-number.ts';

/** How often a wrong answer of several words shares some with the right one. */
const partialShare = 0.3;
/** Characters of the passage that are searched for something else to say. */
const searched = 3000;
/** More different answers than this are no labels. */
const mostLabels = 20;

/**
 * A wrong answer that looks like one: another label, name or number of the passage, a part of the right one, no for yes, C for B.
 */
export function nearWords(gold: string, known: KnownQuery, random: Random): string {
  const labels = labelsOf(known.benchmark).filter((label) => label !== gold);
  if (labels.length > 0) return pick(labels, random);
  const value = numberIn(gold);
  const passage = stretchOf(passageOf(known), random);
  if (value !== undefined) {
    const others = (passage.match(/\d+(?:\.\d+)?/g) ?? []).filter((number) => Number(number) !== value);
    return others.length > 0 && random.next() < 0.5 ? pick(others, random) : String(nearNumber(value, known, random));
  }
  if (/^(?:yes|no)$/i.test(gold)) return /^yes$/i.test(gold) ? 'no' : 'yes';
  if (/^[A-E]$/.test(gold))
    return pick(
      ['A', 'B', 'C', 'D'].filter((letter) => letter !== gold),
      random,
    );
  const words = gold.split(/\s+/);
  if (words.length > 1 && random.next() < partialShare)
    return pick([words.slice(1).join(' '), words.slice(0, -1).join(' ')], random);
  const names = (passage.match(/(?:\p{Lu}[\p{L}'’-]+ ?){1,3}/gu) ?? []).map((name) => name.trim());
  const others = names.filter((name) => !sharesWord(name, gold));
  return others.length > 0 ? pick(others, random) : otherReference(known, random);
}

const knownLabels = new WeakMap<Benchmark, readonly string[]>();

/** All answers that occur, if a benchmark has few and each belongs to many queries; otherwise none. */
function labelsOf(benchmark: Benchmark): readonly string[] {
  const before = knownLabels.get(benchmark);
  if (before !== undefined) return before;
  const all = [...new Set(benchmark.queries.map(({ reference }) => reference))];
  const labels = all.length <= mostLabels && benchmark.queries.length >= 4 * all.length ? all : [];
  knownLabels.set(benchmark, labels);
  return labels;
}

/** All that the query says, the question included. */
export function passageOf({ benchmark, query }: KnownQuery): string {
  return benchmark.inputs.map((field) => query.fields[field] ?? '').join('\n');
}

function stretchOf(text: string, random: Random): string {
  const start = randomInteger(random, Math.max(1, text.length - searched));
  return text.slice(start, start + searched);
}

function sharesWord(left: string, right: string): boolean {
  const words = new Set(right.toLowerCase().split(/\W+/));
  return left
    .toLowerCase()
    .split(/\W+/)
    .some((word) => words.has(word));
}

function otherReference({ benchmark, query }: KnownQuery, random: Random): string {
  const chosen = benchmark.queries[randomInteger(random, benchmark.queries.length)];
  const other = chosen && goldAnswers(chosen)[0];
  return other === undefined || other === query.reference ? 'not stated' : other;
}
