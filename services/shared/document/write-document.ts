import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Document } from './document.ts';
import { replaceFile } from './replace-file.ts';
import { writeHtml } from './write-html.ts';
import { writeMarkdown } from './write-markdown.ts';

export interface DocumentFiles {
  readonly html: string;
  readonly markdown: string;
  readonly json: string;
}

/**
 * Writes the document as a page and as Markdown into the folder, with what it was made from next to them, over earlier ones.
 * @param model is written as JSON unchanged
 */
export async function writeDocument(folder: string, document: Document, model: object): Promise<DocumentFiles> {
  const file = (extension: string): string => resolve(join(folder, `${document.name}.${extension}`));
  const files = { html: file('html'), markdown: file('md'), json: file('json') };
  await mkdir(folder, { recursive: true });
  await Promise.all([
    replaceFile(files.html, writeHtml(document)),
    replaceFile(files.markdown, writeMarkdown(document)),
    replaceFile(files.json, `${JSON.stringify(model, null, 2)}\n`),
  ]);
  return files;
}
