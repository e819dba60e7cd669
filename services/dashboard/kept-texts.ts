/** Texts that take long to make, the newest of each name. */
export interface KeptTexts {
  get(name: string, revision: string, make: () => string): string;
}

/** Characters in all. */
const most = 64 * 1024 ** 2;

export function createKeptTexts(): KeptTexts {
  // In the order of use: a Map keeps that of insertion.
  const kept = new Map<string, { readonly revision: string; readonly text: string }>();
  let size = 0;
  const drop = (name: string): void => {
    size -= kept.get(name)?.text.length ?? 0;
    kept.delete(name);
  };
  return {
    get(name, revision, make) {
      const known = kept.get(name);
      const text = known?.revision === revision ? known.text : make();
      drop(name);
      kept.set(name, { revision, text });
      size += text.length;
      for (const oldest of [...kept.keys()].slice(0, -1)) {
        if (size <= most) break;
        drop(oldest);
      }
      return text;
    },
  };
}
