/**
 * The candidate that a misspelt name most likely meant: the only one that begins with it, as timeout_seconds with timeout, or the
 * nearest one; undefined if none is within two letters or a third of its length.
 */
export function nearName(name: string, candidates: Iterable<string>): string | undefined {
  const known = [...candidates];
  const wanted = plain(name);
  const longer = known.filter((each) => each.includes('_') && wanted.length >= 4 && plain(each).startsWith(wanted));
  if (longer.length === 1 && !known.some((each) => plain(each) === wanted)) return longer[0];
  let best: string | undefined;
  let bestDistance = Math.max(name.length < 4 ? 1 : 2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(plain(name), plain(candidate));
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** The end of a message: what was meant, or what is available. */
export function suggestion(name: string, candidates: Iterable<string>): string {
  const known = [...candidates];
  const near = nearName(name, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.length === 0 ? 'there is none' : `there is ${known.map((candidate) => `"${candidate}"`).join(', ')}`;
}

const plain = (name: string) => name.toLowerCase().replaceAll(/[-_ ]/g, '').slice(0, 64);

/** Levenshtein's distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...left].entries()) {
    const current = [row + 1];
    for (const [column, other] of [...right].entries()) {
      const replaced = (previous[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
