import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaVersion } from '../shared/contracts/read-message.ts';
import { alignColumns } from '../shared/document/align-columns.ts';
import { version } from '../shared/telemetry/version.ts';
import { packageFolder } from '../shared/toolchain/package-folder.ts';

/** What somebody who helps from afar asks for first. The commit is left out where nothing tells it. */
export function versionText(folder = packageFolder()): string {
  const commit = commitOf(folder);
  return alignColumns([
    ['scale', version],
    ...(commit === undefined ? [] : [['commit', commit]]),
    ['Node.js', process.versions.node],
    ['protocol', `scale.v1, schema version ${schemaVersion}`],
  ]);
}

/** Of a clone, as git says; of a package or an image, as scripts/build has noted it. */
function commitOf(folder: string): string | undefined {
  const note = join(folder, 'dist', 'commit');
  if (!existsSync(join(folder, '.git'))) return existsSync(note) ? readFileSync(note, 'utf8').trim() || undefined : undefined;
  const asked = spawnSync('git', ['-C', folder, 'describe', '--always', '--abbrev=12', '--exclude=*', '--dirty'], {
    encoding: 'utf8',
    timeout: 5_000,
  });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}
