/** What a text says that is one whole JSON document; undefined for any other, such as one that was cut off. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
