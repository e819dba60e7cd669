import type { CodeRunner } from '../domain/ports.ts';
import { programKey } from '../domain/workflow/execution/program-key.ts';
import type { ProgramRun, ProgramRuns } from '../shared/contracts/generated/scale/v1/result.ts';

/** What an execution's result says of its programs; no field if there were none. */
export interface NotedPrograms {
  /** Of the last one. */
  readonly isolation?: string;
  readonly programs?: ProgramRuns;
}

export interface NotedRunner extends CodeRunner {
  noted(): NotedPrograms;
}

/**
 * Remembers what came of the programs of one execution, for its result. The programs themselves follow from the workflow and the
 * replies.
 * @param before called before each of them
 */
export function notePrograms(code: CodeRunner, before: () => void): NotedRunner {
  const runs: ProgramRun[] = [];
  let isolation: string | undefined;
  return {
    run: async (program, signal) => {
      before();
      const verdict = await code.run(program, signal);
      isolation = verdict.isolation;
      const { kind, output, error, result, cpuMs, outputTruncated } = verdict;
      runs.push({
        ...{ key: programKey(program), verdict: kind, output, error, result, outputTruncated },
        cpuMs: Math.round(cpuMs),
      });
      return verdict;
    },
    noted: () => (isolation === undefined ? {} : { isolation, programs: { runs } }),
  };
}
