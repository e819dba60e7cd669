import type { Argument, Command, Option } from 'commander';
import { type ValueSource, valueSourceOf } from './value-source.ts';

/** What could stand at the end of a line that somebody is typing. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  /** The shell's own completion of paths is to be added. */
  readonly files: 'files' | 'folders' | 'none';
}

export interface Candidate {
  readonly word: string;
  /** "" where the word says everything. */
  readonly description: string;
}

/** Ids of runs or of sweeps, by the options that say which cluster. */
export type KnownIds = (options: ReadonlyMap<string, string>, of: 'runs' | 'sweeps') => Promise<readonly string[]>;

/**
 * Reads the program's own commands and options, so that nothing can be forgotten.
 * @param words what follows the program's name; the last is being typed, and may be ""
 */
export async function completeWords(program: Command, words: readonly string[], idsOf: KnownIds): Promise<Completion> {
  const line = readLine(program, words.slice(0, -1));
  const typed = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  if (line.awaits !== undefined) return completeValue(line, line.awaits, typed, idsOf);
  const [, long, begun] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
  if (long !== undefined && begun !== undefined) {
    const option = line.command.options.find((each) => each.long === long);
    if (option === undefined) return nothing;
    const completion = await completeValue(line, option, begun, idsOf);
    // A shell that is to complete paths looks at the whole word, in which there is none.
    return { candidates: completion.candidates.map((each) => ({ ...each, word: `${long}=${each.word}` })), files: 'none' };
  }
  if (typed.startsWith('-') && !line.onlyOperands) return { candidates: startingWith(typed, optionsOf(line)), files: 'none' };
  if (line.command.commands.length > 0 && line.operands === 0) {
    const candidates = startingWith(typed, commandsOf(line.command));
    // What is none of the actions may be a file.
    const argument = defaultOf(line.command)?.registeredArguments[0];
    return { candidates, files: (argument && valueSourceOf(line.command.name(), argument)?.files) ?? 'none' };
  }
  const operands = line.command.registeredArguments;
  const operand = operands[line.operands] ?? (operands.at(-1)?.variadic ? operands.at(-1) : undefined);
  return operand === undefined ? nothing : completeValue(line, operand, typed, idsOf);
}

const nothing: Completion = { candidates: [], files: 'none' };

interface Line {
  readonly command: Command;
  /** Words so far that are neither commands nor options. */
  readonly operands: number;
  readonly onlyOperands: boolean;
  /** The option whose value comes next. */
  readonly awaits: Option | undefined;
  readonly options: ReadonlyMap<string, string>;
}

function readLine(program: Command, words: readonly string[]): Line {
  let [command, operands, onlyOperands] = [program, 0, false];
  let awaits: Option | undefined;
  const options = new Map<string, string>();
  for (const word of words) {
    // As bash splits --name=value.
    if (word === '=' && awaits !== undefined) continue;
    if (awaits !== undefined && !(awaits.variadic && word.startsWith('-'))) {
      options.set(awaits.long ?? '', word);
      if (!awaits.variadic) awaits = undefined;
      continue;
    }
    awaits = undefined;
    if (onlyOperands || !word.startsWith('-')) {
      const next: Command | undefined =
        onlyOperands || operands > 0 ? undefined : command.commands.find((each) => each.name() === word);
      if (next !== undefined) {
        command = next;
        continue;
      }
      command = defaultOf(command) ?? command;
      operands += 1;
      continue;
    }
    if (word === '--') onlyOperands = true;
    const [long = '', ...value] = word.split('=');
    const option = command.options.find((each) => each.long === long || each.short === word);
    if (value.length > 0) options.set(long, value.join('='));
    else if (option?.required) awaits = option;
  }
  return { command, operands, onlyOperands, awaits, options };
}

async function completeValue(
  { command, options }: Line,
  value: Option | Argument,
  typed: string,
  idsOf: KnownIds,
): Promise<Completion> {
  const { names = [], runs, sweeps, files, isList }: ValueSource = valueSourceOf(command.name(), value) ?? {};
  const kept = isList ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  const ids = [...(runs ? await idsOf(options, 'runs') : []), ...(sweeps ? await idsOf(options, 'sweeps') : [])];
  const all = [...names, ...ids].map((word) => ({ word: `${kept}${word}`, description: '' }));
  return { candidates: startingWith(typed, all), files: files ?? 'none' };
}

/** What a command does whose first word is none of its actions; commander keeps its name to itself. */
function defaultOf(command: Command): Command | undefined {
  const { _defaultCommandName: name } = command as Command & { readonly _defaultCommandName?: string | null };
  return command.commands.find((each) => each.name() === name);
}

function optionsOf({ command, options }: Line): Candidate[] {
  const open = command.options.filter(({ long, variadic, hidden }) => !hidden && (variadic || !options.has(long ?? '')));
  const help = { word: '--help', description: 'display help for command' };
  return [...open.map(({ long, description }) => ({ word: long ?? '', description })), help];
}

function commandsOf(command: Command): Candidate[] {
  return command.commands.map((each) => ({ word: each.name(), description: each.description() }));
}

function startingWith(typed: string, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ word }) => word.startsWith(typed));
}
