import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ReplayReport } from '../../domain/replay/replay-report.ts';
import { replaceFile } from '../../shared/document/replace-file.ts';
import { renderReplayHtml } from './render-replay-html.ts';
import { renderReplayMarkdown } from './render-replay-markdown.ts';
import { replayDocument } from './replay-document.ts';

export interface ReplayFiles {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
}

export async function writeReplay(folder: string, report: ReplayReport): Promise<ReplayFiles> {
  const files = {
    html: resolve(join(folder, 'replay.html')),
    markdown: resolve(join(folder, 'replay.md')),
    json: resolve(join(folder, 'replay.json')),
  };
  await mkdir(folder, { recursive: true });
  await Promise.all([
    replaceFile(files.html, renderReplayHtml(report)),
    replaceFile(files.markdown, renderReplayMarkdown(report)),
    replaceFile(files.json, `${JSON.stringify(replayDocument(report), null, 2)}\n`),
  ]);
  return files;
}
