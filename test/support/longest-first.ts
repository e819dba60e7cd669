import { join, relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * How long a file takes, in seconds, roughly: on a quiet machine with two cores. Only those that would end after all others if
 * they began among the last.
 */
export const secondsOfFiles: Readonly<Record<string, number>> = {
  'test/e2e/kill-any-service.test.ts': 110,
  'test/e2e/same-log.test.ts': 70,
  'test/e2e/experiments.test.ts': 65,
  'test/e2e/rolling-restart.test.ts': 50,
  'test/e2e/sweep-killed.test.ts': 50,
  'test/chaos/random-faults.test.ts': 40,
  'test/integration/cli/local-cluster.test.ts': 60,
  'test/simulation/any-seed.test.ts': 40,
  'test/simulation/planted-bugs.test.ts': 40,
  'test/contract/python-export.test.ts': 25,
  'test/contract/bus.test.ts': 15,
  'test/contract/bus-conformance.test.ts': 12,
  'test/contract/bus-faults.test.ts': 12,
};

const root = join(import.meta.dirname, '../..');

/** Files of a group in an order in which they end at about the same time, whatever worker takes them: the longest first. */
export class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const secondsOf = ({ moduleId }: TestSpecification): number => secondsOfFiles[relative(root, moduleId)] ?? 0;
    const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    // Those without a time stay in their order, which is that of their sizes.
    return (await super.sort(specifications)).sort((a, b) => groupOf(a) - groupOf(b) || secondsOf(b) - secondsOf(a));
  }
}
