import { readPage } from './build-page.ts';
import { bundlePaths, servedPage, servedPolicy } from './page-document.ts';

export interface PageFiles {
  /** By path; the one at "/" is the page itself. */
  readonly files: ReadonlyMap<string, { readonly type: string; readonly content: string | Buffer }>;
  /** Content-Security-Policy */
  readonly policy: string;
}

/** What a server of the page sends to whoever asks, before anybody has signed in. */
export async function readPageFiles(): Promise<PageFiles> {
  const { script, style } = await readPage();
  return {
    files: new Map([
      ['/', { type: 'text/html; charset=utf-8', content: servedPage() }],
      [bundlePaths.script, { type: 'text/javascript; charset=utf-8', content: script }],
      [bundlePaths.style, { type: 'text/css; charset=utf-8', content: style }],
    ]),
    policy: servedPolicy,
  };
}
