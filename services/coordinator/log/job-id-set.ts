/** Ids of jobs, most of them of executions: these take a bit each instead of a string of 40 characters. */
export interface JobIdSet {
  has(jobId: string): boolean;
  add(jobId: string): void;
  remove(jobId: string): void;
}

const execution = /^(execute-[0-9a-f]{16})-(0|[1-9]\d{0,8})-(0|[1-9]\d{0,8})$/;
const bitsInRow = 1024;

export function createJobIdSet(): JobIdSet {
  const others = new Set<string>();
  /** By workflow, repeat and the first of the row's queries. */
  const rows = new Map<string, Uint32Array>();
  const placeOf = (jobId: string): { readonly row: string; readonly bit: number } | undefined => {
    const [, workflow = '', query = '', repeat = ''] = execution.exec(jobId) ?? [];
    if (workflow === '') return undefined;
    const bit = Number(query) % bitsInRow;
    return { row: `${workflow}-${repeat}-${Number(query) - bit}`, bit };
  };
  return {
    has(jobId) {
      const place = placeOf(jobId);
      if (place === undefined) return others.has(jobId);
      return (((rows.get(place.row)?.[place.bit >> 5] ?? 0) >>> (place.bit & 31)) & 1) === 1;
    },
    remove(jobId) {
      const place = placeOf(jobId);
      if (place === undefined) return void others.delete(jobId);
      const row = rows.get(place.row);
      const word = place.bit >> 5;
      if (row !== undefined) row[word] = (row[word] ?? 0) & ~(1 << (place.bit & 31));
    },
    add(jobId) {
      const place = placeOf(jobId);
      if (place === undefined) return void others.add(jobId);
      const row = rows.get(place.row) ?? new Uint32Array(bitsInRow / 32);
      rows.set(place.row, row);
      const word = place.bit >> 5;
      row[word] = (row[word] ?? 0) | (1 << (place.bit & 31));
    },
  };
}
