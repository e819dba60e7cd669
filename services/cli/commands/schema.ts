import { Argument, type Command } from 'commander';
import { type SchemaName, schemaNames } from '../../shared/config/file-schemas.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addNamed } from '../command-words.ts';
import { schemaFileName, schemaText, writeSchemas } from '../init/write-schemas.ts';
import { shortPath } from '../short-path.ts';

interface SchemaOptions {
  readonly out?: string;
  readonly json: boolean;
}

export function addSchemaCommand(program: Command, cli: Cli): void {
  addNamed(program, 'schema')
    .addArgument(new Argument('[file]', 'whose schema to print').choices(schemaNames))
    .option('--out <folder>', 'write all of them there, or the one that is named')
    .option('--json', 'print one JSON document', false)
    .action((file: SchemaName | undefined, options: SchemaOptions) => cli.answer(options.json, () => schema(file, options)));
}

async function schema(name: SchemaName | undefined, { out }: SchemaOptions): Promise<Answer> {
  if (out !== undefined) {
    const written = await writeSchemas(out, name === undefined ? schemaNames : [name]);
    const text = `Wrote ${written.map(shortPath).join(', ')}. A file says which is its own in its first line:\n# yaml-language-server: $schema=${out}/${schemaFileName(name ?? 'run-file')}`;
    return { exitCode: exitCodes.ok, document: { written }, text };
  }
  if (name === undefined) {
    throw new CliError('bad-input', `name one of ${schemaNames.join(', ')}, or a folder for all of them with --out`);
  }
  return { exitCode: exitCodes.ok, document: JSON.parse(schemaText(name)), text: schemaText(name) };
}
