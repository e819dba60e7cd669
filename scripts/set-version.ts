/**
 * Sets the version wherever it is pinned: package.json and its lock file, the images of the manifests, and the pages that name
 * them. Nothing else that happens to look like it is touched.
 *
 *   node scripts/set-version.ts VERSION [FOLDER]
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [next = '', folder = join(import.meta.dirname, '..')] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(next)) {
  process.stderr.write(`set-version: "${next}" is no version such as 1.2.3 or 1.2.3-rc.1\n`);
  process.exit(2);
}
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string };
const now = version.replaceAll('.', '\\.');

/** What stands right before it. */
const pins = {
  ...Object.fromEntries(['package.json', 'package-lock.json'].map((file) => [file, /("name": "scale-search",\s+"version": ")/])),
  ...Object.fromEntries(
    globSync(['README.md', 'docs/*.md', 'deploy/*.yaml', 'k8s/**/*.{md,yaml}'], { cwd: folder }).map((file) => [
      file,
      /((?:\bscale(?:-sandbox)?|\$image):|\bscale-search-|name: scale(?:-sandbox)?,(?: newName: [^,\s]+,)? newTag: )/,
    ]),
  ),
};
for (const [file, before] of Object.entries(pins)) {
  const text = readFileSync(join(folder, file), 'utf8');
  const changed = text.replaceAll(
    new RegExp(`${before.source}${now}(?![\\w-])(?!\\.\\d)`, 'g'),
    (_whole, kept: string) => `${kept}${next}`,
  );
  if (changed === text) continue;
  writeFileSync(join(folder, file), changed);
  process.stdout.write(`${file}\n`);
}
