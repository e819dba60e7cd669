/**
 * Without the fields that are undefined, in the same order, as exactOptionalPropertyTypes, JSON and logs require. A loop, since
 * readers of long logs call this a million times: twice as fast as a list of entries, and with less to clear up after it.
 */
export function defined<T extends object>(fields: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const value = (fields as Record<string, unknown>)[key];
    if (value === undefined) continue;
    // By assignment it would be the prototype, and no field.
    if (key === '__proto__') Object.defineProperty(kept, key, { value, enumerable: true, configurable: true, writable: true });
    else kept[key] = value;
  }
  return kept as ReturnType<typeof defined<T>>;
}
