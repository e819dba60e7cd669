import { boxedTexts } from './boxes.ts';

/**
 * The digits of a text that is one number and nothing beside it but what marks it up: "0.85", "**0.85**", "`0.85`", "$0.85$",
 * "\boxed{0.85}". Undefined for a sign, a unit, a percentage, a fraction, a range, or words around it.
 */
export function plainNumber(text: string): string | undefined {
  const [boxed, ...others] = boxedTexts(text);
  const inner = boxed !== undefined && others.length === 0 && /^[\s$*]*\\boxed/.test(text) ? boxed : text;
  const bare = inner.replace(/^[\s*_`"'$]+/, '').replace(/[\s*_`"'$]+$/, '');
  return /^(?:\d+(?:\.\d+)?|\.\d+)(?=\.?$)/.exec(bare)?.[0];
}
