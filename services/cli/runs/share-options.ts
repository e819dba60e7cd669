import { type Command, InvalidArgumentError } from 'commander';
import type { RunFile } from '../../shared/config/run-file.ts';
import { type AskedShare, shareFault, shareRules, teamName, withAsked } from '../../shared/sharing/share-rules.ts';

/** What a command line says of a run's share; what is absent is left as it is. */
export interface ShareOptions {
  readonly weight?: number;
  readonly priority?: number;
  /** 0: no limit. */
  readonly atMost?: number;
}

/** --weight, --priority and --at-most, for commands that start a run or change its share. */
export function addShareOptions(command: Command): Command {
  return command
    .option('--weight <n>', "its part of the calls beside other runs' (1 if nothing is said)", numberFor('weight'))
    .option('--priority <n>', 'runs of a higher one go first (0 if nothing is said)', numberFor('priority'))
    .option('--at-most <n>', 'calls of the run in flight, at all endpoints together; or none, for no limit', parseMost);
}

/** --team, for commands that start a run. */
export function addTeamOption(command: Command): Command {
  return command.option('--team <name>', "the team whose run it is; by default that of the caller's token", (text) => {
    if (teamName.pattern.test(text)) return text;
    throw new InvalidArgumentError(`it must be ${teamName.rule}.`);
  });
}

export function askedShare({ weight, priority, atMost }: ShareOptions): AskedShare | undefined {
  if (weight === undefined && priority === undefined && atMost === undefined) return undefined;
  return { weight, priority, atMost };
}

/** The file with what the command line says of its share. */
export function withShare(file: RunFile, { team, ...options }: ShareOptions & { readonly team?: string }): RunFile {
  return { ...file, share: withAsked(file.share, askedShare(options) ?? {}), ...(team !== undefined && { team }) };
}

function numberFor(setting: 'weight' | 'priority'): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const { low, high } = shareRules[setting];
    if (!Number.isNaN(value) && shareFault({ [setting]: value }) === undefined) return value;
    const rule = setting === 'weight' ? `a number above ${low} and up to ${high}` : `a whole number from ${low} to ${high}`;
    throw new InvalidArgumentError(`it must be ${rule}.`);
  };
}

function parseMost(text: string): number {
  if (text === 'none') return 0;
  const count = Number(text);
  const { low, high } = shareRules.atMost;
  if (Number.isInteger(count) && count >= low && count <= high) return count;
  throw new InvalidArgumentError(`it must be a whole number from ${low} to ${high}, or none.`);
}
