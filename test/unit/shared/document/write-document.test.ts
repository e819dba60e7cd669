import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Document } from '../../../../services/shared/document/document.ts';
import { writeDocument } from '../../../../services/shared/document/write-document.ts';

it('writes the page, the Markdown and the model itself, over earlier ones, and leaves nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-document-'));
  try {
    const document: Document = { name: 'report', title: 'made up', simulated: false, header: [], sections: [] };
    const model = { figures: [1, 2] };
    await writeDocument(join(folder, 'run'), { ...document, title: 'earlier' }, {});
    const files = await writeDocument(join(folder, 'run'), document, model);
    expect(JSON.parse(await readFile(files.json, 'utf8'))).toEqual(model);
    expect(await readFile(files.html, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<h1>made up<\/h1>/);
    expect(await readFile(files.markdown, 'utf8')).toMatch(/^# made up/);
    expect((await readdir(join(folder, 'run'))).sort()).toEqual(['report.html', 'report.json', 'report.md']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
