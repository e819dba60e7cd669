const opening = '([{';
const closing = ')]}';
/** What a bar that follows it cannot close. */
const operator = /(?:^|[-+*/=<>,;:([{|]|\\(?:cdot|le|ge|ne|pm|mp|lvert|in)) ?$/;

/**
 * The same with \lvert and \rvert for bars that belong together, so that there is no guessing which closes which (the parser
 * would try all readings). A bar closes an open one within the same brackets if there is something between them; one without a
 * partner stays.
 */
export function withPairedBars(latex: string): string {
  const out: string[] = [];
  /** The places of the open bars, one list for each open bracket. */
  const open: number[][] = [[]];
  for (const [sign] of latex.matchAll(/\\(?:[a-zA-Z]+|[\s\S])|[\s\S]/g)) {
    const here = open.at(-1) ?? [];
    if (sign === '|' && here.length > 0 && !operator.test(out.slice(-2).join(''))) {
      out[here.pop() ?? 0] = '\\lvert ';
      out.push('\\rvert ');
      continue;
    }
    if (sign === '|') here.push(out.length);
    else if (opening.includes(sign)) open.push([]);
    else if (closing.includes(sign) && open.length > 1) open.pop();
    out.push(sign);
  }
  return out.join('').replace(/(\\[lr]vert) +(?![a-zA-Z])/g, '$1');
}
