import { findPackageJSON } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where package.json lies: the clone, or the installed package. */
export function packageFolder(): string {
  return dirname(findPackageJSON(import.meta.url) as string);
}

/**
 * A source file to start as a process or thread of its own: TypeScript in a clone, the JavaScript made of it in a package.
 * @param from the `import.meta.url` of the file that asks
 * @param path of the file, relative to that one and without its ending
 */
export function sourceFile(from: string, path: string): string {
  const here = fileURLToPath(from);
  return join(dirname(here), `${path}${extname(here)}`);
}
