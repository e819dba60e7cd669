import { readPage } from './build-page.ts';
import { bundlePaths, servedPage, servedPolicy } from './page-document.ts';

export interface PageFiles {
  /** By path; the one at "/" is the page itself. */
  readonly files: ReadonlyMap<string, StaticFile>;
  /** Its Content-Security-Policy: what it may load and do. */
  readonly policy: string;
}

export interface StaticFile {
  readonly type: string;
  readonly content: string | Buffer;
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
