import { type Command, InvalidArgumentError } from 'commander';
import { defined } from '../../domain/defined.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { noLimits } from '../../shared/config/run-limits.ts';
import { untilTime } from '../../shared/config/until-time.ts';
import type { RunLimits } from '../../shared/contracts/generated/scale/v1/control.ts';
import { countUpTo } from '../parse-count.ts';

/** What a command line says of a run's limits; what is absent is left as it is. 0: no limit. */
export interface LimitOptions {
  readonly maxTokens?: number;
  readonly maxCalls?: number;
  readonly maxMoney?: number;
  readonly maxHours?: number;
  /** Milliseconds since 1970. */
  readonly until?: number;
}

/** For commands that start a run or change its limits. */
export function addLimitOptions(command: Command, whose = 'the run'): Command {
  return command
    .option('--max-tokens <n>', `most tokens that ${whose} may spend; or none`, orNone(countUpTo(Number.MAX_SAFE_INTEGER)))
    .option('--max-calls <n>', 'most model calls; or none', orNone(countUpTo(Number.MAX_SAFE_INTEGER)))
    .option('--max-money <n>', 'most money, in the currency of the prices; or none', orNone(above0))
    .option('--max-hours <n>', 'most time since the start; or none', orNone(above0))
    .option('--until <time>', 'when the search ends: 07:00, "2026-11-30 07:00", 2026-11-30T07:00Z; or none', orNone(parseUntil));
}

/** The limits of before with what the command line says; undefined if it says nothing. */
export function askedLimits(options: LimitOptions, before: RunLimits | undefined): RunLimits | undefined {
  const { maxTokens, maxCalls, maxMoney, maxHours, until } = options;
  const asked = defined({
    ...{ tokens: maxTokens, calls: maxCalls, money: maxMoney, untilMs: until },
    durationMs: maxHours === undefined ? undefined : Math.ceil(maxHours * 3_600_000),
  });
  return Object.keys(asked).length === 0 ? undefined : { ...noLimits, ...before, ...asked };
}

/** The file with what the command line says of its limits. */
export function withLimitOptions(file: RunFile, options: LimitOptions): RunFile {
  const limits = askedLimits(options, file.limits) ?? file.limits;
  return { ...file, ...defined({ limits }) };
}

function orNone(parse: (text: string) => number): (text: string) => number {
  return (text) => (text === 'none' ? 0 : parse(text));
}

function above0(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('it must be a number above 0, or none.');
}

function parseUntil(text: string): number {
  const found = untilTime(text, Date.now());
  if ('fault' in found) throw new InvalidArgumentError(`it ${found.fault}.`);
  return found.atMs;
}
