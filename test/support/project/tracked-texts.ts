import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const project = join(import.meta.dirname, '../../..');
const folders = ['services', 'test', 'docs', 'examples', 'scripts', 'proto', 'findings'];
const kinds = new Set(['.ts', '.md', '.proto', '.yaml', '.py', '']);
/** Recorded by somebody else, or made by a machine. */
const notOurs = /^test\/fixtures\/|\/generated\/|\/node_modules\/|\/snapshots\//;

export interface Text {
  /** From the top of the project, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** What people have written here: sources, tests, docs, contracts and examples. */
export function ownTexts(): Text[] {
  const top = readdirSync(project).filter((name) => extname(name) === '.md');
  const below = folders.flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && kinds.has(extname(entry.name)))
      .map((entry) => join(entry.parentPath, entry.name).slice(project.length + 1)),
  );
  return [...top, ...below]
    .filter((path) => !notOurs.test(path))
    .map((path) => ({ path, text: readFileSync(join(project, path), 'utf8') }));
}
