import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../toolchain/package-folder.ts';

/** Of this clone or package, e.g. "0.1.0". */
export const version: string = versionIn(join(packageFolder(), 'package.json'));

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
