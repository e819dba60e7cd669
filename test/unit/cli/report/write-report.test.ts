import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeReport } from '../../../../services/cli/report/write-report.ts';
import { finishedState, reportOf } from './made-up-report.ts';

it('writes the page, the Markdown and the model itself, over an earlier report, and leaves nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-report-'));
  try {
    const report = reportOf(finishedState());
    await writeReport(join(folder, 'run'), report);
    const files = await writeReport(join(folder, 'run'), report);
    expect(JSON.parse(await readFile(files.json, 'utf8'))).toEqual(report);
    expect(await readFile(files.html, 'utf8')).toMatch(/^<!doctype html>/);
    expect(await readFile(files.markdown, 'utf8')).toMatch(/^# made up/);
    expect((await readdir(join(folder, 'run'))).sort()).toEqual(['report.html', 'report.json', 'report.md']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
