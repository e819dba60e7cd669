import { homedir } from 'node:os';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The one place that reads the process's environment. Elsewhere it is a parameter with this as its default. */
export function processEnvironment(): Environment {
  return process.env;
}

/** A secret by the name of its variable: undefined if it is unset or empty. The value must not appear in any message or log. */
export function readSecret(variable: string, environment: Environment = processEnvironment()): string | undefined {
  const secret = environment[variable]?.trim();
  return secret === '' ? undefined : secret;
}

export function homeFolder(environment: Environment): string {
  return environment.HOME || homedir();
}
