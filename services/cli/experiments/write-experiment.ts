import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ExperimentReport } from '../../domain/experiment/experiment-report.ts';
import { renderExperimentHtml } from './render-experiment-html.ts';
import { renderExperimentMarkdown } from './render-experiment-markdown.ts';

export interface ExperimentFiles {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
}

/** Writes the report in three forms, over what stood there before. A reader never finds half a file. */
export async function writeExperiment(folder: string, report: ExperimentReport): Promise<ExperimentFiles> {
  const file = (extension: string): string => resolve(join(folder, `experiment.${extension}`));
  const files = { html: file('html'), markdown: file('md'), json: file('json') };
  await mkdir(folder, { recursive: true });
  await Promise.all([
    replace(files.html, renderExperimentHtml(report)),
    replace(files.markdown, renderExperimentMarkdown(report)),
    replace(files.json, `${JSON.stringify(report, null, 2)}\n`),
  ]);
  return files;
}

async function replace(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, content);
  await rename(draft, path);
}
