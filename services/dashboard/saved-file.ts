import type { AnswerAt } from './collected-answers.ts';
import type { PathWords } from './http/path-matcher.ts';
import type { Body } from './http/send.ts';
import { bundlePaths } from './page-document.ts';
import type { StaticFile } from './page-files.ts';
import { savedPage } from './saved-page.ts';
import { savedSweepPage } from './saved-sweep-page.ts';

/** What was left out of a saved page, for the command. */
const leftOutHeader = 'x-scale-left-out';

/**
 * A run or a sweep as one file to keep.
 * @param answerAt what this server answers the visitor at an address
 */
export async function savedFile(
  { run = '', sweep }: PathWords,
  files: ReadonlyMap<string, StaticFile>,
  answerAt: AnswerAt,
  signal: AbortSignal,
): Promise<Body> {
  const text = (path: string): string => String(files.get(path)?.content ?? '');
  const bundle = { script: text(bundlePaths.script), style: text(bundlePaths.style) };
  const saving = sweep === undefined ? savedPage(bundle, answerAt, run, signal) : savedSweepPage(bundle, answerAt, sweep, signal);
  const { html, notes } = await saving;
  const name = (sweep ?? run).replaceAll(/[^\w.-]/g, '_');
  // No page of this server: its texts are of strangers.
  const headers = {
    'content-disposition': `attachment; filename="${name}.html"`,
    'content-security-policy': 'sandbox',
    [leftOutHeader]: encodeURIComponent(notes.join(' ')),
  };
  return { type: 'text/html; charset=utf-8', text: html, headers };
}
