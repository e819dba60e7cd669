import { withoutThoughts } from './split-thoughts.ts';
import type { Tag } from './tag.ts';
import { withoutFence } from './without-fence.ts';

/**
 * The different texts that a field of a reply has, in order, for readers that take one only: what is said twice counts once, and
 * a form that was repeated before it is filled in ("…") not at all. A field without its end tag counts where no other is closed.
 * @param isWhole false for a reply that was cut off: then nothing counts that is not closed
 */
export function distinctTexts(tags: readonly Tag[], name: string, isWhole: boolean): string[] {
  const filled = tags
    .filter((tag) => tag.name === name)
    .map(({ text, closed }) => ({ text: withoutFence(withoutThoughts(text)).trim(), closed }))
    .filter(({ text }) => /[^\s.\u2026_-]/.test(text));
  const closed = filled.filter((tag) => tag.closed);
  return [...new Set((closed.length > 0 || !isWhole ? closed : filled).map(({ text }) => text))];
}
