import type { CallDoubts } from './token-use.ts';

/** A server that gives a different name with each call must not fill the log. */
const mostNames = 10;

/** The doubts about all of these calls together. */
export function addDoubts(all: readonly CallDoubts[]): CallDoubts {
  const estimatedCalls = all.reduce((sum, each) => sum + (each.estimatedCalls ?? 0), 0);
  const cutPrompts = all.reduce((sum, each) => sum + (each.cutPrompts ?? 0), 0);
  const servedAs = [...new Set(all.flatMap((each) => each.servedAs ?? []))].sort().slice(0, mostNames);
  return {
    ...(estimatedCalls > 0 && { estimatedCalls }),
    ...(cutPrompts > 0 && { cutPrompts }),
    ...(servedAs.length > 0 && { servedAs }),
  };
}
