import type { RunLabels } from './generated/scale/v1/control.ts';

/** A word by which people find runs again, e.g. "nightly" or "paper=v2". */
const form = /^[\p{L}\p{N}][\p{L}\p{N}._:=/@+-]{0,62}$/u;
const mostLabels = 32;

/** @returns what is wrong, for people; undefined for nothing */
export function labelFault(words: readonly string[]): string | undefined {
  const bad = words.find((word) => !form.test(word));
  if (bad === undefined) return undefined;
  const rule = 'it must be a word of up to 63 letters, digits, and . _ : = / @ + -, that begins with a letter or a digit';
  return `the label ${JSON.stringify(bad.slice(0, 100))} cannot be used: ${rule}`;
}

/** @returns a sentence if a run would have too many */
export function tooManyLabels(labels: RunLabels | undefined): string | undefined {
  const count = labels?.words.length ?? 0;
  return count > mostLabels ? `a run has at most ${mostLabels} labels, not ${count}` : undefined;
}

/** Undefined for none left, so that a manifest without labels is what it was before there were any. */
export function changedLabels(
  known: RunLabels | undefined,
  { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
): RunLabels | undefined {
  const words = [...new Set([...(known?.words ?? []), ...add])].filter((word) => !remove.includes(word)).sort();
  return words.length === 0 ? undefined : { words };
}
