import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtempDisposable, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const project = join(import.meta.dirname, '../..');

interface Issues {
  readonly file: string;
  readonly [kind: string]: string | readonly { readonly name: string }[];
}

/** What `npm run unused` says of a copy of the sources, as "FILE: NAME". */
async function unusedIn(folder: string): Promise<string[]> {
  const args = ['--production', '--no-progress', '--reporter', 'json'];
  const said = await new Promise<string>((resolve) => {
    execFile(join(project, 'node_modules/.bin/knip'), args, { cwd: folder }, (_error, stdout, stderr) =>
      resolve(stdout || stderr),
    );
  });
  const { issues } = JSON.parse(said) as { issues: readonly Issues[] };
  return issues.flatMap(({ file, ...kinds }) =>
    Object.values(kinds).flatMap((found) =>
      Array.isArray(found) ? found.map(({ name }: { name: string }) => `${file}: ${name}`) : [],
    ),
  );
}

test('code that only tests use is found, and nothing else', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'scale-unused-'));
  const at = (path: string): string => join(folder.path, path);
  for (const path of ['services', 'scripts', 'test/support', 'package.json', 'tsconfig.json', 'knip.jsonc']) {
    await cp(join(project, path), at(path), { recursive: true });
  }
  await symlink(join(project, 'node_modules'), at('node_modules'));
  await appendFile(
    at('services/domain/random.ts'),
    `export interface PlantedShape { readonly size: number }
export const plantedAlsoHere = 1;
export function plantedFunction(): number { return plantedAlsoHere; }
`,
  );
  await writeFile(at('services/shared/planted-file.ts'), 'export const plantedValue = 1;\n');
  await writeFile(
    at('test/planted.test.ts'),
    `import { plantedAlsoHere, plantedFunction, type PlantedShape } from '../services/domain/random.ts';
import { plantedValue } from '../services/shared/planted-file.ts';
export const used: [PlantedShape | undefined, number, number, number] = [undefined, plantedFunction(), plantedAlsoHere, plantedValue];
`,
  );
  expect((await unusedIn(folder.path)).sort()).toEqual([
    'services/domain/random.ts: PlantedShape',
    'services/domain/random.ts: plantedFunction',
    'services/shared/planted-file.ts: services/shared/planted-file.ts',
  ]);
});
