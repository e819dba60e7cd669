import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const script = join(import.meta.dirname, '../../../k8s/create-secrets');

/** Of each Secret by name, its files: under which name, and where each lies on this machine. */
export type MadeSecrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Runs k8s/create-secrets with a kubectl that notes what it is asked for in place of a cluster.
 * @param folder for the script's own files, in `access`, and the kubectl
 */
export async function createSecrets(overlay: string, folder: string): Promise<MadeSecrets> {
  const calls = join(folder, 'kubectl-calls');
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(calls, '');
  await writeFile(join(folder, 'bin/kubectl'), `#!/bin/sh\necho "$*" >>'${calls}'\n`);
  await chmod(join(folder, 'bin/kubectl'), 0o755);
  const environment = { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}` };
  await promisify(execFile)(script, [overlay, join(folder, 'access')], { env: environment });
  const made = (await readFile(calls, 'utf8')).split('\n').flatMap((line) => {
    const [, name, files = ''] = /^create secret generic (\S+) --namespace scale (.*) --dry-run/.exec(line) ?? [];
    if (name === undefined) return [];
    const paths = [...files.matchAll(/--from-file=([^= ]+)=(\S+)/g)].map(([, file = '', path = '']) => [file, path] as const);
    return [[name, Object.fromEntries(paths)] as const];
  });
  return Object.fromEntries(made);
}
