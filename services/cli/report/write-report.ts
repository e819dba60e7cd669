import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportModel } from '../../domain/report/report-model.ts';
import { renderHtml } from './render-html.ts';
import { renderMarkdown } from './render-markdown.ts';

export interface ReportFiles {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
}

/** Writes report.html, report.md and report.json into the folder, over earlier ones. A reader never finds half a file. */
export async function writeReport(folder: string, model: ReportModel): Promise<ReportFiles> {
  await mkdir(folder, { recursive: true });
  const files = { html: join(folder, 'report.html'), markdown: join(folder, 'report.md'), json: join(folder, 'report.json') };
  await Promise.all([
    replace(files.html, renderHtml(model)),
    replace(files.markdown, renderMarkdown(model)),
    replace(files.json, `${JSON.stringify(model, null, 2)}\n`),
  ]);
  return files;
}

async function replace(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, content);
  await rename(draft, path);
}
