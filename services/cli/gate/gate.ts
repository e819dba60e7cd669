import { resolve } from 'node:path';
import { replaceFile } from '../../shared/document/replace-file.ts';
import { type ExitCode, exitCodes } from '../../shared/errors/exit-codes.ts';
import { encodeJUnit, type TestCase } from './junit.ts';

/** What was required of a result, and whether it holds. */
export interface Gate {
  /** As a test would be named, e.g. "score of at least 0.85". */
  readonly requirement: string;
  readonly isMet: boolean;
  /** What was found, e.g. "0.8125 (0.7431 to 0.8652) on 160 queries". */
  readonly found: string;
}

/** One line for people. */
export function describeGate({ requirement, isMet, found }: Gate): string {
  return `${isMet ? 'Required and met' : 'NOT MET'}: ${requirement}; found ${found}.`;
}

/** A command that ended well otherwise says by its exit status whether all holds that was required. */
export function exitCodeOfGates(exitCode: ExitCode, gates: readonly Gate[]): ExitCode {
  if (exitCode !== exitCodes.ok) return exitCode;
  return gates.every(({ isMet }) => isMet) ? exitCodes.ok : exitCodes.requirementNotMet;
}

/** The gates first; the queries alone never fail a build. */
export async function writeJUnit(
  file: string,
  name: string,
  gates: readonly Gate[],
  queries: readonly TestCase[],
): Promise<void> {
  const gateCases = gates.map(
    (gate): TestCase => ({
      ...{ name: gate.requirement, group: name, output: gate.found },
      ...(gate.isMet ? {} : { failure: describeGate(gate) }),
    }),
  );
  await replaceFile(resolve(file), encodeJUnit({ name, cases: [...gateCases, ...queries] }));
}
