import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The page as a browser needs it: no other file, and none from a network. */
export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

const sources = join(import.meta.dirname, 'page');
const names = { script: 'page.js', style: 'page.css' } as const;

/** The bundle that the package brings; in a checkout, which has none, it is built now, in about a second. */
export async function readPage(): Promise<PageBundle> {
  const [script, style] = await Promise.all([names.script, names.style].map(readBuilt));
  return script !== undefined && style !== undefined ? { script, style } : buildPage();
}

/** For the package: beside this file, where readPage looks. */
export async function writePage(from: string, folder = sources): Promise<void> {
  const { script, style } = await buildPage(resolve(from));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, names.script), script);
  await writeFile(join(folder, names.style), style);
}

async function readBuilt(name: string): Promise<string | undefined> {
  try {
    return await readFile(join(sources, name), 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * @param folder of the sources
 * @throws what Vite throws, with the place in the source
 */
async function buildPage(folder = sources): Promise<PageBundle> {
  const { build } = await import('vite');
  const built = await build({
    ...{ root: folder, configFile: false, logLevel: 'warn', base: './' },
    // The formats of the reports strip a terminal's sequences with it.
    resolve: { alias: { 'node:util': join(folder, 'plain-text.ts') } },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      ...{ write: false, target: 'es2024', modulePreload: false, cssCodeSplit: false, reportCompressedSize: false },
      rolldownOptions: {
        ...{ input: join(folder, 'main.tsx'), output: { codeSplitting: false } },
        // On a slow machine it would tell the user of an export which plugin took how long.
        checks: { bundlerTimings: false },
      },
    },
  });
  const output = [built].flat().flatMap((each) => ('output' in each ? each.output : []));
  const script = output.flatMap((each) => (each.type === 'chunk' ? [each.code] : [])).join('\n');
  const style = output
    .flatMap((each) => (each.type === 'asset' && each.fileName.endsWith('.css') ? [String(each.source)] : []))
    .join('\n');
  return { script, style };
}
