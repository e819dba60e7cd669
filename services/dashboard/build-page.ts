import { join } from 'node:path';

/** What a browser needs of the page, as texts: no file of it is anywhere else, and none comes from a network. */
export interface PageBundle {
  /** With no script and no style in it: whoever sends it says where they are, or puts them in. */
  readonly script: string;
  readonly style: string;
}

/**
 * Builds the page from its sources, in about a second. For a checkout: a package has the bundle built already, and no Vite.
 * @throws what Vite throws, with the place in the source
 */
export async function buildPage(folder = join(import.meta.dirname, 'page')): Promise<PageBundle> {
  const { build } = await import('vite');
  const built = await build({
    ...{ root: folder, configFile: false, logLevel: 'warn', base: './' },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: { write: false, target: 'es2024', modulePreload: false, assetsInlineLimit: 1_000_000, cssCodeSplit: false },
  });
  const output = [built].flat().flatMap((each) => ('output' in each ? each.output : []));
  const script = output.flatMap((each) => (each.type === 'chunk' ? [each.code] : [])).join('\n');
  const style = output
    .flatMap((each) => (each.type === 'asset' && each.fileName.endsWith('.css') ? [String(each.source)] : []))
    .join('\n');
  return { script, style };
}
