/**
 * A recipe says how a text is assembled from pieces of another: "17+4 ( 30+2" is 4 characters from offset 17, a bracket, and 2
 * characters from offset 30. So a text can be described without being disclosed: what is not a piece has neither letters nor
 * digits.
 */
export function applyRecipe(recipe: string, source: string): string {
  return recipe
    .split(' ')
    .map((step) => {
      const [, start, length] = /^(\d+)\+(\d+)$/.exec(step) ?? [];
      return start === undefined ? step : source.slice(Number(start), Number(start) + Number(length));
    })
    .join('');
}

/**
 * The recipe for a text, with the longest piece at each offset.
 * @throws Error if a letter, a digit or a blank of the text is not in the source
 */
export function recipeFor(text: string, source: string): string {
  const steps: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = longestPiece(text, at, source);
    const sign = text[at] ?? '';
    if (length === 0 && /[\p{L}\p{N}\s]/u.test(sign)) throw new Error(`"${sign}" is not in the source`);
    steps.push(length === 0 ? sign : `${source.indexOf(text.slice(at, at + length))}+${length}`);
    at += Math.max(1, length);
  }
  return steps.join(' ');
}

function longestPiece(text: string, at: number, source: string): number {
  let length = 0;
  while (at + length < text.length && source.includes(text.slice(at, at + length + 1))) length += 1;
  return length;
}
