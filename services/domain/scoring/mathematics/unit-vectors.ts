const vector = /\\(?:mathbf|hat|vec|boldsymbol|bm|widehat)\s*\{\s*(?:\\mathbf\s*\{\s*)?\\?([ijk])(?:math)?\s*\}?\s*\}/g;
const term = /([+-]?)\s*([^+\-@]*)@([ijk])\s*/y;

/** "2\mathbf{i} - \hat{j}" as a column of its coefficients; undefined for what is no sum of unit vectors. */
export function columnOfUnitVectors(text: string): string | undefined {
  const marked = text.replace(vector, '@$1').replace(/[$\s]+$|^[$\s]+/g, '');
  if (marked === text || marked.length > 200) return undefined;
  const found = new Map<string, string>();
  for (term.lastIndex = 0; term.lastIndex < marked.length; ) {
    const [, sign = '', factor = '', name = ''] = term.exec(marked) ?? [];
    if (name === '' || found.has(name)) return undefined;
    found.set(name, `${sign === '-' ? '-' : ''}${factor.trim() || '1'}`);
  }
  const rows = (found.has('k') ? ['i', 'j', 'k'] : ['i', 'j']).map((name) => found.get(name) ?? '0');
  return `\\begin{pmatrix}${rows.join('\\\\')}\\end{pmatrix}`;
}
