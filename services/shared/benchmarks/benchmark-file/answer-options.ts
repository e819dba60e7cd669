/** How a row's right answer is said, where there are options to choose from. */
export const answerKinds = ['index', 'position', 'label', 'text'] as const;
export type AnswerKind = (typeof answerKinds)[number];

/** The options of a row, each with its label. */
export interface RowOptions {
  readonly texts: readonly string[];
  readonly labels: readonly string[];
}

/** A for the first, and so on. */
export function letterLabels(count: number): string[] {
  return Array.from({ length: count }, (_, index) => (index < 26 ? String.fromCharCode(65 + index) : `A${index - 25}`));
}

/** As the model sees them, one in each line. */
export function optionsText({ texts, labels }: RowOptions): string {
  return texts.map((text, index) => `${labels[index]}. ${text}`).join('\n');
}

/** The label in "(B)", "B." and "B) the option's text"; otherwise the text itself. */
export function labelIn(written: string): string {
  const [, label] = /^[([]?(\w{1,3})[)\].:]+(?:\s|$)/.exec(written) ?? [];
  return label ?? written;
}

/**
 * Which option a right answer means.
 * @returns its place from 0, or what is wrong
 */
export function placeOfAnswer(given: string, kind: AnswerKind, { texts, labels }: RowOptions): number | string {
  const written = given.trim();
  if (kind === 'index' || kind === 'position') {
    const first = kind === 'index' ? 0 : 1;
    const place = /^\d+(?:\.0+)?$/.test(written) ? Number(written) - first : Number.NaN;
    if (place >= 0 && place < texts.length) return place;
    return `the answer "${given}" is no ${kind} of its ${texts.length} options, which are counted from ${first}`;
  }
  const names = kind === 'label' ? labels : texts;
  const named = (text: string): number => {
    const exact = names.findIndex((name) => name.trim() === text);
    return exact >= 0 ? exact : names.findIndex((name) => name.trim().toLowerCase() === text.toLowerCase());
  };
  const whole = named(written);
  const place = whole < 0 && kind === 'label' ? named(labelIn(written)) : whole;
  return place >= 0
    ? place
    : `the answer "${given}" is none of its ${kind === 'label' ? 'labels' : 'options'} ${names.join(', ')}`;
}
