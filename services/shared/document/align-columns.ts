/**
 * Rows of cells as lines with aligned columns; the first row says how many there are.
 * @param isRight whether a column is right-aligned, as plain numbers should be
 */
export function alignColumns(rows: readonly (readonly string[])[], isRight: (column: number) => boolean = () => false): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  const padded = (cell: string, column: number): string => {
    const room = ' '.repeat((widths[column] ?? 0) - widthOf(cell));
    return isRight(column) ? room + cell : cell + room;
  };
  return rows.map((row) => row.map(padded).join('  ').trimEnd()).join('\n');
}

/** In characters, not in UTF-16 units. */
function widthOf(cell: string): number {
  return [...cell].length;
}
