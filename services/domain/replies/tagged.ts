/** A tag as models write it: in any case, with blanks and attributes. */
export const openingTag = (name: string): string => `<\\s*${name}(?:\\s[^<>]*)?>`;
export const closingTag = (name: string): string => `<\\s*/\\s*${name}\\s*>`;

/** What stands between <tag> and </tag>, each time it does. Tags inside another tag's content count too. */
export function tagged(reply: string, tag: string): string[] {
  const whole = new RegExp(`${openingTag(tag)}([\\s\\S]*?)${closingTag(tag)}`, 'gi');
  return [...reply.matchAll(whole)].map((match) => (match[1] ?? '').trim());
}
