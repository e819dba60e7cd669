import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { SettingsError, unreadableFile } from './settings-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The one place, besides environment-from-parent.ts, that reads the process's environment. Elsewhere it is a parameter with this
 * as its default.
 */
export function processEnvironment(): Environment {
  return process.env;
}

/** The variable that names a file with the secret, instead of the one that holds the secret itself. */
export function fileVariableOf(variable: string): string {
  return `${variable}_FILE`;
}

/**
 * A secret by the name of its variable: its value, or the content of the file that `<variable>_FILE` names, which is read each
 * time, since secrets are rotated. The value must not appear in any message or log.
 * @returns undefined if neither is set
 * @throws SettingsError if both are set, or the file cannot be read or is empty
 */
export function readSecret(variable: string, environment: Environment = processEnvironment()): string | undefined {
  const value = environment[variable]?.trim() || undefined;
  const file = environment[fileVariableOf(variable)]?.trim() || undefined;
  if (file === undefined) return value;
  if (value !== undefined) {
    throw new SettingsError(variable, `${variable} and ${fileVariableOf(variable)} are both set: keep only one of them`);
  }
  return readSecretFile(fileVariableOf(variable), file);
}

/**
 * The content of a file with a secret, without the line break at its end.
 * @param variable that names the file
 * @throws SettingsError if it cannot be read, or is empty: a secret that is lost must not look like one that is not wanted
 */
function readSecretFile(variable: string, file: string): string {
  let secret: string;
  try {
    secret = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw unreadableFile(variable, file, cause);
  }
  if (secret === '') throw new SettingsError(variable, `${variable} names ${file}, which is empty`);
  return secret;
}

export function homeFolder(environment: Environment): string {
  return environment.HOME || homedir();
}
