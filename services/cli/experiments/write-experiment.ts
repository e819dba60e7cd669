import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ExperimentReport } from '../../domain/experiment/experiment-report.ts';
import { replaceFile } from '../../shared/document/replace-file.ts';
import { renderExperimentHtml } from './render-experiment-html.ts';
import { renderExperimentMarkdown } from './render-experiment-markdown.ts';

export interface ExperimentFiles {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
}

/** Writes the report in three forms, over what stood there before. */
export async function writeExperiment(folder: string, report: ExperimentReport): Promise<ExperimentFiles> {
  const file = (extension: string): string => resolve(join(folder, `experiment.${extension}`));
  const files = { html: file('html'), markdown: file('md'), json: file('json') };
  await mkdir(folder, { recursive: true });
  await Promise.all([
    replaceFile(files.html, renderExperimentHtml(report)),
    replaceFile(files.markdown, renderExperimentMarkdown(report)),
    replaceFile(files.json, `${JSON.stringify(report, null, 2)}\n`),
  ]);
  return files;
}
