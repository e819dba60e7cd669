const functions: readonly (readonly [RegExp, string])[] = [
  [/\b(?:Rational|Fraction)\(\s*(-?\d+)\s*,\s*(\d+)\s*\)/g, '\\frac{$1}{$2}'],
  [/\bInterval\.open\(([^(),]+),([^(),]+)\)/g, '($1,$2)'],
  [/\bInterval\.Ropen\(([^(),]+),([^(),]+)\)/g, '[$1,$2)'],
  [/\bInterval\.Lopen\(([^(),]+),([^(),]+)\)/g, '($1,$2]'],
  [/\bInterval\(([^(),]+),([^(),]+)\)/g, '[$1,$2]'],
  [/\b(?:FiniteSet|set)\(\[?([^()[\]]*)\]?\)/g, '\\{$1\\}'],
  [/\bEmptySet\b/g, '\\emptyset '],
  [/\bReals\b/g, '\\mathbb{R}'],
  [/\boo\b/g, '\\infty '],
  [/\blog\(/g, '\\ln('],
  [/(?<![A-Za-z])I(?![A-Za-z])/g, 'i'],
];
const union = /^Union\((.+)\)$/;
const matrix = /^(?:Matrix|array|ImmutableMatrix)\(\s*(\[.*\])\s*\)$/s;
const rows = /^\[\s*\[[^[\]]+\](?:\s*,\s*\[[^[\]]+\])*\s*\]$/s;
const list = /^\[([^[\]]+)\]$/s;
/** (2+3j) */
const complex = /^\(?(-?[\d.]+[+-][\d.]+)j\)?$/;

/**
 * What Python prints for a value, SymPy's included, in LaTeX: Rational(1, 3), 2 + 3*I, Matrix([[1], [2]]), [1, 2]. Undefined for
 * whatever else, such as LaTeX.
 */
export function pythonPrinted(text: string): string | undefined {
  const plain = text.trim();
  if (plain.includes('\\') || plain.length > 500) return undefined;
  const number = complex.exec(plain)?.[1];
  if (number !== undefined) return `${number}i`;
  const grid = matrix.exec(plain)?.[1] ?? (rows.test(plain) ? plain : undefined);
  if (grid !== undefined) {
    const lines = [...grid.matchAll(/\[([^[\]]+)\]/g)].map(([, cells = '']) => cells.split(',').join('&'));
    return `\\begin{pmatrix}${lines.join('\\\\')}\\end{pmatrix}`;
  }
  const values = list.exec(plain)?.[1];
  const named = functions.reduce(
    (rest, [pattern, latex]) => rest.replace(pattern, latex),
    values === undefined ? plain : `\\{${values}\\}`,
  );
  const sets = union.exec(named)?.[1];
  if (sets !== undefined) return sets.replace(/(?<=[)\]}]),\s*(?=[([\\])/g, '\\cup ');
  return named === plain ? undefined : named;
}
