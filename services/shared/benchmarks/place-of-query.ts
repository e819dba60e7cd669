/** The place of the query that a person means: by its id, else by its place from 0; undefined if there is none. */
export function placeOfQuery(queries: readonly { readonly id: string }[], wanted: string): number | undefined {
  const byId = queries.findIndex(({ id }) => id === wanted);
  if (byId >= 0) return byId;
  const place = /^\d+$/.test(wanted) ? Number(wanted) : Number.NaN;
  return place < queries.length ? place : undefined;
}
