import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportModel } from '../../domain/report/report-model.ts';
import { replaceFile } from '../../shared/document/replace-file.ts';
import { renderHtml } from './render-html.ts';
import { renderMarkdown } from './render-markdown.ts';

export interface ReportFiles {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
}

/** Writes report.html, report.md and report.json into the folder, over earlier ones. */
export async function writeReport(folder: string, model: ReportModel): Promise<ReportFiles> {
  await mkdir(folder, { recursive: true });
  const files = { html: join(folder, 'report.html'), markdown: join(folder, 'report.md'), json: join(folder, 'report.json') };
  await Promise.all([
    replaceFile(files.html, renderHtml(model)),
    replaceFile(files.markdown, renderMarkdown(model)),
    replaceFile(files.json, `${JSON.stringify(model, null, 2)}\n`),
  ]);
  return files;
}
