import type { CodeRunner } from '../domain/ports.ts';

export interface NotedRunner extends CodeRunner {
  /** The isolation that programs ran in so far; no field if there were none. */
  isolation(): { readonly isolation?: string };
}

/**
 * Remembers how well the programs of one execution were isolated, for its result.
 * @param before called before each of them
 */
export function noteIsolation(code: CodeRunner, before: () => void): NotedRunner {
  let noted: string | undefined;
  return {
    run: async (program, signal) => {
      before();
      const verdict = await code.run(program, signal);
      noted = verdict.isolation;
      return verdict;
    },
    isolation: () => (noted === undefined ? {} : { isolation: noted }),
  };
}
