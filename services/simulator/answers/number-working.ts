import type { Random } from '../../domain/ports.ts';
import { type KnownQuery, mainText } from '../known-query.ts';
import { pick } from '../pick.ts';
import { numbersOf } from './near-number.ts';

const openings = [
  "Let's work through this carefully.",
  'To solve this, we collect what is given and combine it.',
  'First we list what we know, then compute what is asked.',
  "Let's break the problem down.",
];
const links = ['so we have', 'which gives', 'that makes', 'and therefore we get'];

/** Working that looks like a model's: what the query says, and sums over its numbers. No line ends in the final answer. */
export function numberWorking(known: KnownQuery, steps: boolean, random: Random): string {
  const facts = mainText(known)
    .split(/(?<=[.?!])\s+/)
    .map((sentence) => lowerFirst(sentence.replace(/[.?!]+$/, '')));
  const numbers = numbersOf(known);
  const derived = facts.map((fact, index) => `since ${fact}, ${pick(links, random)} ${sum(numbers, index)}.`);
  if (!steps) return [pick(openings, random), ...derived.slice(0, 2).map(upperFirst)].join(' ');
  return [
    pick(openings, random),
    `The quantities in the problem are ${numbers.join(', ')}.`,
    ...derived.slice(0, 6).map((line, index) => `${index + 1}. ${upperFirst(line)}`),
    `Now we put these results together for what is asked: ${facts.at(-1)}.`,
  ].join('\n');
}

function sum(numbers: readonly number[], index: number): string {
  const left = numbers[index % Math.max(1, numbers.length)] ?? index + 1;
  const right = numbers[(index + 1) % Math.max(1, numbers.length)] ?? index + 2;
  const [large, small] = left >= right ? [left, right] : [right, left];
  if (index % 3 === 0) return `${left} + ${right} = ${tidy(left + right)}`;
  if (index % 3 === 1) return `${large} - ${small} = ${tidy(large - small)}`;
  return `${left} * ${right} = ${tidy(left * right)}`;
}

function tidy(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
