import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** An import from one folder of a package to another, types included. */
export interface FolderArrow {
  readonly from: string;
  readonly to: string;
  readonly file: string;
  readonly imported: string;
}

const importPath = /(?:\bfrom|\bimport)\s*\(?\s*'(\.{1,2}\/[^']+)'/g;

/**
 * Every import between the folders directly below a package, `import type` and `import()` among them. A file that lies in the
 * package itself is a folder of its own, named after it.
 */
export function folderArrows(packageFolder: string): FolderArrow[] {
  const root = resolve(packageFolder);
  const folderOf = (file: string): string => {
    const [first = '', ...rest] = relative(root, file).split(sep);
    return rest.length === 0 ? first.replace(/\.ts$/, '') : first;
  };
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => {
    const file = join(root, name);
    const targets = [...readFileSync(file, 'utf8').matchAll(importPath)].map(([, path = '']) => resolve(dirname(file), path));
    return targets
      .filter((target) => target.startsWith(root + sep))
      .map((target) => ({ from: folderOf(file), to: folderOf(target), file: name, imported: relative(root, target) }))
      .filter(({ from, to }) => from !== to);
  });
}

/** Imports that go up in a list of folders, lowest first, or start or end in a folder that is not in it: one sentence each. */
export function arrowsUpward(arrows: readonly FolderArrow[], order: readonly string[]): string[] {
  const rank = new Map(order.map((folder, index) => [folder, index]));
  return arrows.flatMap(({ from, to, file, imported }) => {
    const [low, high] = [rank.get(to), rank.get(from)];
    if (low === undefined || high === undefined)
      return [`${low === undefined ? to : from} has no place in the order (${file} -> ${imported})`];
    return low > high ? [`${file} -> ${imported}: ${from} comes before ${to}, and may not import it`] : [];
  });
}

/** Folders that import one another in a circle, each circle sorted. */
export function folderCircles(arrows: readonly FolderArrow[]): string[][] {
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of arrows) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  const reached = (start: string): Set<string> => {
    const seen = new Set<string>();
    const open = [...(targets.get(start) ?? [])];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(targets.get(next) ?? []));
    }
    return seen;
  };
  const reach = new Map([...targets.keys()].map((folder) => [folder, reached(folder)]));
  const circles = [...reach].flatMap(([folder, seen]) => {
    if (!seen.has(folder)) return [];
    return [[...seen].filter((other) => reach.get(other)?.has(folder)).sort()];
  });
  return [...new Map(circles.map((circle) => [circle.join(' '), circle])).values()];
}
