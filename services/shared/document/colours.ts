import type { Mark } from '../../domain/evaluation/mark.ts';
import type { Phase } from '../../domain/run/ledger/token-use.ts';

/** Tested on a light background, on a dark one and on paper, with a contrast of at least 3:1 against each. */
export interface Colour {
  readonly light: string;
  readonly dark: string;
}

export const phaseColours: Readonly<Record<Phase, Colour>> = {
  'warm-up': { light: '#0b7a75', dark: '#3fb8ae' },
  propose: { light: '#3b6fb6', dark: '#6ea3e6' },
  canary: { light: '#9a8200', dark: '#e0c94a' },
  predict: { light: '#c2437d', dark: '#f07fae' },
  'few-shot': { light: '#c77700', dark: '#f0a540' },
  final: { light: '#4f7d21', dark: '#93c45a' },
  test: { light: '#7a7f87', dark: '#8f96a1' },
};

export const markColours: Readonly<Record<Mark, Colour>> = {
  circle: { light: '#0b7a75', dark: '#3fb8ae' },
  diamond: { light: '#6d4bc1', dark: '#a78bfa' },
  triangle: { light: '#c77700', dark: '#f0a540' },
  square: { light: '#c2437d', dark: '#f07fae' },
  pentagon: { light: '#8c5a2b', dark: '#c99a6b' },
  bar: { light: '#5b6472', dark: '#aab2bf' },
  wedge: { light: '#3b6fb6', dark: '#6ea3e6' },
  plus: { light: '#9a3fab', dark: '#d98ae6' },
  star: { light: '#4f7d21', dark: '#93c45a' },
  half: { light: '#9a8200', dark: '#e0c94a' },
  cross: { light: '#b3261e', dark: '#f2645a' },
  hexagon: { light: '#2f5d62', dark: '#7fb0b5' },
  other: { light: '#7a7f87', dark: '#8f96a1' },
};

/** For lines that are distinguished by number. */
export const seriesMarks: readonly Mark[] = ['circle', 'diamond', 'triangle', 'square', 'star', 'wedge'];

/** The colours as variables of a style sheet, for one background. */
export function colourVariables(ground: keyof Colour): string {
  const phases = Object.entries(phaseColours).map(([phase, colour]) => `--p-${phase}: ${colour[ground]};`);
  const marks = Object.entries(markColours).map(([mark, colour]) => `--m-${mark}: ${colour[ground]};`);
  return [...phases, ...marks].join(' ');
}

/** A class for each phase and mark: .p- fills what is spent on a phase, .m- fills a mark, .l- draws a line of such marks. */
export const colourClasses = [
  ...Object.keys(phaseColours).map((phase) => `.p-${phase} { fill: var(--p-${phase}); }`),
  ...Object.keys(markColours).map((mark) => `.m-${mark} { fill: var(--m-${mark}); } .l-${mark} { stroke: var(--m-${mark}); }`),
].join('\n');
