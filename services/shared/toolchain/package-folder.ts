import { findPackageJSON } from 'node:module';
import { dirname, extname } from 'node:path';

/** Where package.json lies: the clone, or the installed package. */
export function packageFolder(): string {
  return dirname(findPackageJSON(import.meta.url) as string);
}

/** The sources themselves run, and not what was built of them. */
export const isClone = extname(import.meta.filename) === '.ts';

/**
 * A source file to start as a process or thread of its own: TypeScript in a clone, the JavaScript made of it in a package.
 * @param path without its ending
 */
export function sourceFile(path: string): string {
  return `${path}${extname(import.meta.filename)}`;
}
