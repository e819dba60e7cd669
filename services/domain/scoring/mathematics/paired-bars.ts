const opening = '([{';
const closing = ')]}';
/** What a bar after it cannot close. */
const operator = /(?:^|[-+*/=<>,;:([{|]|\\(?:cdot|le|ge|ne|pm|mp|lvert|in)) ?$/;

/**
 * The same with \lvert and \rvert for bars that belong together, so that nobody need guess which closes which (the parser tries all
 * readings). A bar closes where one is open within the same brackets and something stands between; one without a partner stays.
 */
export function withPairedBars(latex: string): string {
  const out: string[] = [];
  /** Where bars are open, a list for each bracket that is. */
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
