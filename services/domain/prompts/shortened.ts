/** A text of at most `limit` characters; a mark says how much is missing. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const mark = ` [… ${text.length - limit} characters left out]`;
  return `${text.slice(0, limit)}${mark}`;
}

/** The same, on one line. */
export function shortenedLine(text: string, limit: number): string {
  return shortened(text.trim().replace(/\s+/g, ' '), limit);
}
